"""What agents may do: the commands as tools of the Model Context Protocol, over standard input and output."""
