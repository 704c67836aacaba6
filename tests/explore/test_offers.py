"""Which keys a menu offers, also as a recogniser writes it."""

from __future__ import annotations

import pytest

from probe.explore.offers import offers, same_words, says_back, says_invalid, says_person


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "您好，欢迎致电区就业管理服务中心，灵活就业补助请按一，失业金申领请按二，人工服务请按零，重听请按井号。",
            {"1": "灵活就业补助", "2": "失业金申领", "0": "人工服务", "#": "重听"},
        ),
        ("您正在收听的是失业金申领须知，返回主菜单请按星号，人工服务请按零。", {"*": "返回主菜单", "0": "人工服务"}),
        ("社保业务请按1医保业务请按2公积金请按3", {"1": "社保业务", "2": "医保业务", "3": "公积金"}),
        ("如需人工服务，请拨0", {"0": "人工服务"}),
        ("查询请按1号键，投诉请按2号键", {"1": "查询", "2": "投诉"}),
        ("您好，这里是行政服务中心总机，请拨分机号，查号请拨零。", {"0": "查号"}),
        ("For English, press one. To speak to an operator, press zero.", {"1": "English", "0": "speak to an operator"}),
        ("Press 9 to return to the main menu, or press star to hear this again", {"9": "return to the main menu"}),
        ("请一直按住，不要挂断。", {}),
        ("您好，现在是下班时间，请在滴声后留言。", {}),
        ("请拨打12345政务服务热线", {}),
        ("", {}),
    ],
)
def test_offers(text: str, found: dict[str, str]) -> None:
    assert {key: label for key, label in offers(text).items() if key in found or not found} == found


@pytest.mark.parametrize(
    "text", ["您的输入有误，请重新输入。", "按键错误", "没有该选项", "Sorry, that is an invalid choice"]
)
def test_no_such_choice(text: str) -> None:
    assert says_invalid(text)


@pytest.mark.parametrize("text", ["人工服务请按零，重新输入请按一", "您好，请问有什么可以帮您", ""])
def test_a_menu_is_no_complaint(text: str) -> None:
    assert not says_invalid(text)


def test_labels() -> None:
    assert says_person("人工服务")
    assert says_person("speak to an operator")
    assert not says_person("失业金申领")
    assert says_back("返回主菜单")
    assert not says_back("人工服务")


def test_two_hearings_of_one_sentence() -> None:
    said = "欢迎致电客户服务热线，普通话服务请按一，业务咨询请按二，人工服务请按零。"
    misheard = "欢迎致电客户服务热线普通化服务请按一业务资询请按二人工服务请按铃"
    assert same_words(said, misheard)
    assert not same_words(said, "您正在收听的是失业金申领须知，返回主菜单请按星号，人工服务请按零。")
