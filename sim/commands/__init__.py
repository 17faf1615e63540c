"""The commands of `nelm`, one module each: arguments and printing, nothing else."""
