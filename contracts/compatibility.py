"""What in a new JSON Schema would break those who read the old one."""

from typing import Any

Schema = dict[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """The reasons why a reader of `old` can't read `new`: an empty list means that all is additive.

    A reader breaks when a field is gone, has another type or format, is no longer always there, or
    can have a value that it did not know.
    """
    return _compare(old, new, old.get("$defs", {}), new.get("$defs", {}), "$", set())


def _compare(old: Any, new: Any, old_defs: Schema, new_defs: Schema, at: str, seen: set[str]) -> list[str]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [f"{at}: {old!r} became {new!r}"]
    reference = old.get("$ref")
    if reference is not None:
        if reference in seen:
            return []
        seen = seen | {reference}
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    found = [
        f"{at}: {key} {old.get(key)!r} became {new.get(key)!r}"
        for key in ("type", "format", "const", "pattern")
        if old.get(key) != new.get(key)
    ]
    found += [f"{at}: new value {value!r}" for value in new.get("enum", []) if value not in old.get("enum", [])]
    found += [
        f"{at}.{name}: no longer always there"
        for name in old.get("required", [])
        if name not in new.get("required", [])
    ]
    for name, part in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            found.append(f"{at}.{name}: gone")
        else:
            found += _compare(part, new["properties"][name], old_defs, new_defs, f"{at}.{name}", seen)
    if "items" in old:
        found += _compare(old["items"], new.get("items", {}), old_defs, new_defs, f"{at}[]", seen)
    for old_part, new_part in zip(old.get("anyOf", []), new.get("anyOf", []), strict=False):
        found += _compare(old_part, new_part, old_defs, new_defs, at, seen)
    if len(new.get("anyOf", [])) > len(old.get("anyOf", [])):
        found.append(f"{at}: more alternatives")
    return found


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref", "")
    resolved: Schema = definitions[reference.rpartition("/")[2]] if reference else schema
    return resolved
