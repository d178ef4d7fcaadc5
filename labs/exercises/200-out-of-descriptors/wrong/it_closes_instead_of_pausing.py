# replaces: pause.py
# finding: shed
from reserve import main

main()
