/** Top-level modules of Python's standard library, of 3.8 to 3.14 together, and those that Pyodide itself brings. */
export const standardModules: ReadonlySet<string> = new Set(
  `
  __future__ abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex bisect builtins
  bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression concurrent configparser contextlib
  contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno
  faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib
  heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox
  mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse
  os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile
  pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil
  signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct
  subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token
  tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref
  webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
  js pyodide pyodide_js
  `
    .trim()
    .split(/\s+/),
);

/** Packages that are imported by another name than their own. */
export const packageOfModule: ReadonlyMap<string, string> = new Map(
  Object.entries({
    attr: 'attrs', bs4: 'beautifulsoup4', cv2: 'opencv-python', Crypto: 'pycryptodome', dateutil: 'python-dateutil', docx: 'python-docx', dotenv: 'python-dotenv',
    fitz: 'pymupdf', git: 'gitpython', github: 'pygithub', google: 'protobuf', igraph: 'python-igraph', jose: 'python-jose', jwt: 'pyjwt', kubernetes: 'kubernetes',
    Levenshtein: 'levenshtein', magic: 'python-magic', mpl_toolkits: 'matplotlib', OpenSSL: 'pyopenssl', PIL: 'pillow', pkg_resources: 'setuptools', psycopg2: 'psycopg2-binary',
    pylab: 'matplotlib', serial: 'pyserial', skimage: 'scikit-image', sklearn: 'scikit-learn', socks: 'pysocks', usb: 'pyusb', umap: 'umap-learn', win32api: 'pywin32',
    yaml: 'pyyaml', zmq: 'pyzmq',
  }),
);
