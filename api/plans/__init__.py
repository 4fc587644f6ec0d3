"""What can be done with plans: submit, view, stop, print, publish, acknowledge. Endpoints only parse and answer."""
