# Input: input() asks in the console. Ctrl+D there is the end of file; Stop always stops.
import random
import time

print("Thinking of a number ", end="")
for _ in range(20):
    print("·", end="", flush=True)
    time.sleep(0.05)

secret = random.randint(1, 100)
print(" it is between 1 and 100.\n")

tries = 0
while True:
    try:
        answer = input("Your guess: ")
    except EOFError:
        print(f"\nIt was {secret}.")
        break
    tries += 1
    try:
        guess = int(answer)
    except ValueError:
        print("That is no whole number.")
        continue
    if guess == secret:
        print(f"\033[32mRight, after {tries} {'try' if tries == 1 else 'tries'}.\033[0m")
        break
    print("Too low." if guess < secret else "Too high.")
