"""Values that never change, made of what their class names."""

from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Frozen:
    """A value made of the fields that its class names; equal to another of its class where these are.

    As `dataclasses` have it; but they write and compile six functions for each class, which for those of a query takes
    as long as most of them take to be answered. Fields that a class names as `apart` do not count where two are
    compared.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}
    _compared: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, apart: tuple[str, ...] = ()) -> None:
        fields = tuple(cls.__annotations__)
        cls.__match_args__ = fields  # type: ignore[misc]
        cls._defaults = {name: vars(cls)[name] for name in fields if name in vars(cls)}
        cls._compared = tuple(name for name in fields if name not in apart)

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = self.__match_args__
        given = dict(zip(fields, values, strict=False))
        if named or len(values) != len(fields):
            given = {**self._defaults, **given, **named}
            if len(values) > len(fields) or given.keys() != set(fields):
                raise TypeError(f"{type(self).__name__} takes {', '.join(fields)}")
            given = {name: given[name] for name in fields}
        self.__dict__.update(given)

    def altered(self, **named: Any) -> Self:
        """Return the same but for some fields."""
        return type(self)(**{**vars(self), **named})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._compared)

    def __hash__(self) -> int:
        return hash(tuple([getattr(self, name) for name in self._compared]))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"
