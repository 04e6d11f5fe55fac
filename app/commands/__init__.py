"""The subcommands of `kehu`, by what they are about."""
