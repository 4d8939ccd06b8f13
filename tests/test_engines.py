"""What runs on one engine alone says why."""

import pytest

from tests.engines import require_reason


@pytest.mark.parametrize(
    "mark", [pytest.mark.sqlite, pytest.mark.sqlite(" "), pytest.mark.sqlite(1), pytest.mark.sqlite(reason="files")]
)
def test_a_mark_without_a_reason_is_refused(mark: pytest.MarkDecorator) -> None:
    with pytest.raises(pytest.UsageError, match=r'test_a: say why .* @pytest.mark.sqlite\("…"\)'):
        require_reason("test_a", mark.mark)


def test_a_mark_with_a_reason_is_taken() -> None:
    require_reason("test_a", pytest.mark.sqlite("modes of files").mark)
