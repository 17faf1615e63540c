"""What is wrong with a command line, in the same words as what is wrong with a file.

in_words(error)   -> str   option or argument, what was found, what was expected, what to do
"""

from __future__ import annotations

import re

import click

from sim.errors import Problem, nearest

_VALUE = re.compile(r"(?:'(.*?)' is not|(-?[0-9.]+) is not in the range)", re.DOTALL)


def in_words(error: click.ClickException) -> str:
    """The message for a command line that the commands can not take."""
    help_of = f"{error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else "nelm --help"
    return str(_problem(error, help_of))


def _problem(error: click.ClickException, help_of: str) -> Problem:
    says = f"{help_of} lists them"
    if isinstance(error, click.NoSuchOption):
        known = [name for its in error.ctx.command.params for name in its.opts] if error.ctx else []
        todo = nearest(error.option_name, known) or says
        return Problem(path=error.option_name, found="no such option", expected="an option of the command", todo=todo)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return Problem(path=_name(error.param), found="nothing", expected=_expected(error.param), todo=says)
    if isinstance(error, click.BadParameter) and error.param is not None:
        match = _VALUE.search(error.message)
        value = next((group for group in match.groups() if group is not None), "") if match else ""
        words = [str(its) for its in error.param.type.choices] if isinstance(error.param.type, click.Choice) else []
        todo = error.message.partition("; ")[2] or nearest(value, words)
        found = f"'{value}'" if match else ""
        return Problem(path=_name(error.param), found=found, expected=_expected(error.param), todo=todo)
    if isinstance(error, click.BadOptionUsage):
        return Problem(path=error.option_name, found="no value after it", expected="a value", todo=says)
    unknown = re.fullmatch(r"No such command '(.*)'\..*", error.message, re.DOTALL)
    if unknown and isinstance(error, click.UsageError) and error.ctx and isinstance(error.ctx.command, click.Group):
        commands = error.ctx.command.commands
        todo = nearest(unknown[1], commands) or says
        return Problem(found=f"'{unknown[1]}'", expected=f"a command: {', '.join(sorted(commands))}", todo=todo)
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message, re.DOTALL)
    if extra:
        return Problem(found=f"more arguments than it takes: {extra[1]}", expected="fewer", todo=f"see {help_of}")
    return Problem(path=help_of.removesuffix(" --help"), expected=error.message.rstrip("."), todo=f"see {help_of}")


def _name(param: click.Parameter) -> str:
    """An option as it is typed; an argument as its help calls it."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else (param.metavar or param.human_readable_name)


def _expected(param: click.Parameter) -> str:
    its = param.type
    if isinstance(its, click.Choice):
        return f"one of {', '.join(map(str, its.choices))}"
    if isinstance(its, click.IntRange | click.FloatRange):
        what = "a whole number" if isinstance(its, click.IntRange) else "a number"
        low, high = (None if end is None else f"{end:,.0f}".replace(",", "") for end in (its.min, its.max))
        return f"{what} from {low} to {high}" if high is not None else f"{what}, {low} or more"
    if its is click.INT or its is click.FLOAT or its.name == "number":
        return "a number" if its is click.FLOAT else "a whole number"
    return (param.help or "a value").rstrip(".") if isinstance(param, click.Option) else "a value for it"
