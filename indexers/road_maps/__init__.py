"""What the clock does with road maps: reminders, and problems that came back."""
