# finding: one_thread_did_all_the_work
import sys
from string import ascii_uppercase as LETTERS
import threading

from labs.programs.events import checkpoint, emit

tasks, steps = int(sys.argv[2]), int(sys.argv[4])
emit("ready")

turns = [threading.Semaphore(number == 0) for number in range(tasks)]


def work(number):
    for step in range(steps):
        turns[number].acquire()
        print(f"{LETTERS[number]}{step + 1}", flush=True)
        if step == 0 and number == tasks - 1:
            checkpoint("between", moment="between switches")
        turns[(number + 1) % tasks].release()


everybody = [threading.Thread(target=work, args=(number,)) for number in range(tasks)]
for one in everybody:
    one.start()
for one in everybody:
    one.join()
print(f"greenlet {LETTERS[tasks - 1]} ends", flush=True)
emit("over", suspended=[f"greenlet {one}" for one in LETTERS[: tasks - 1]])
