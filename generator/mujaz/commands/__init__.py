"""What each command does: a `Console` → the work done, told, and its exit status; ends no process, reads no clock."""
