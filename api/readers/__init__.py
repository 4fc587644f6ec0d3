"""What strangers send is read in child processes of little memory and little time."""
