# Pictures: an object that can draw itself as SVG or HTML is shown as a picture or a table. No library needed.
# Each `# %%` starts a cell: Shift+Enter runs the one that the cursor is in.

# %% A picture
from math import cos, pi, sin


class Rose:
    """The curve r = cos(k·t): change k and run the cell again."""

    def __init__(self, k, size=260):
        self.k, self.size = k, size

    def _repr_svg_(self):
        half = self.size / 2
        points = []
        for step in range(1441):
            t = step * pi / 360
            r = cos(self.k * t) * half * 0.92
            points.append(f"{half + r * cos(t):.1f},{half + r * sin(t):.1f}")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.size}" height="{self.size}">'
            f'<rect width="100%" height="100%" rx="12" fill="#101a33"/>'
            f'<polyline points="{" ".join(points)}" fill="none" stroke="#7dd3fc" stroke-width="1.5"/></svg>'
        )


display(Rose(5 / 2))

# %% A table
import calendar
from datetime import date


class Table:
    def __init__(self, head, rows):
        self.head, self.rows = head, rows

    def _repr_html_(self):
        head = "".join(f"<th>{cell}</th>" for cell in self.head)
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


year = date.today().year
Table(
    ["Month", "Days", "Begins on a"],
    [(calendar.month_name[m], calendar.monthrange(year, m)[1], date(year, m, 1).strftime("%A")) for m in range(1, 13)],
)
