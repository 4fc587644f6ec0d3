"""From one day to the next: a day is closed, and tomorrow's branch comes out of it."""
