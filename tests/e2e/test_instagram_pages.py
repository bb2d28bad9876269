"""Every page that people see when they connect accounts, in a real Chromium: one browser and one stack for all."""

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from local.meta.drawings import SIDE
from local.meta.world import Account
from tests.e2e.browser import SEEN_MS
from tests.e2e.conftest import PASSWORD, USER
from tests.e2e.instagram import OWNER, Scene, scene
from tests.template_model import ROOT

pytestmark = pytest.mark.slow

PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def here() -> Iterator[Scene]:
    with scene() as running:
        yield running


@pytest.fixture
def person(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser, whose pages must not raise script errors."""
    context = chromium.new_context(timezone_id="UTC")
    context.set_default_timeout(SEEN_MS)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []


@pytest.fixture
def page(person: BrowserContext) -> Page:
    return person.new_page()


@pytest.fixture
def account(here: Scene) -> Account:
    """A new account with three posts, and a person with a Page for it."""
    number = f"{time.monotonic_ns()}"
    made = here.meta.add_account(f"a{number}.demo", name=f"Account {number}", login=f"p{number}")
    for each in range(3):
        here.meta.publish(made.username, f"Post {each} #ed", seconds_ago=60 * (3 - each))
    here.save_app(made.username)
    return made


def login_of(account: Account) -> str:
    return account.username.replace("a", "p", 1).removesuffix(".demo")


def widget(here: Scene, account: Account) -> str:
    return f"{here.signpost.pages.url}/widget?{urlencode({'app': account.username, 'feed': '@' + account.username})}"


def login_link(here: Scene, account: Account, provider: str) -> str:
    return here.owners_link(provider, account.username, widget(here, account))


def choose(page: Page, account: Account, provider: str) -> None:
    """Choose the account in the dialog, without deciding yet."""
    expect(page.get_by_role("heading", name=f"Log in with {provider.title()}")).to_be_visible()
    page.check(f"input[value='{account.username if provider == 'instagram' else login_of(account)}']")


def connect(page: Page, here: Scene, account: Account, provider: str) -> None:
    page.goto(login_link(here, account, provider))
    choose(page, account, provider)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/widget?**after_instagram_auth=True**")


def posts(page: Page) -> Locator:
    return page.locator("#feed li")


def fits(page: Page) -> None:
    """The page does not scroll sideways, and has a language and one heading for screen readers."""
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"), page.url
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator("main h1")).to_have_count(1)


def control(page: Page, here: Scene, action: str, **values: str) -> str:
    """Submit one of the forms of Meta's control page; returns its message."""
    page.goto(f"{here.meta.url}/")
    form = page.locator(f"form[action='/control/{action}']")
    for name, value in values.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_role("button").click()
    return page.get_by_role("status").inner_text()


@pytest.mark.parametrize("provider", ["facebook", "instagram"])
def test_connecting_an_account_shows_its_posts_with_pictures(
    here: Scene, page: Page, account: Account, provider: str
) -> None:
    # Given a website's link, when somebody follows it, says who they are and allows it
    connect(page, here, account, provider)

    # Then they return to the website, which soon shows their posts, the newest first, with pictures
    expect(page.get_by_text("The account is connected.")).to_be_visible()
    expect(posts(page)).to_have_count(3)
    expect(posts(page).first).to_contain_text("Post 2 #ed")
    expect(posts(page).first.locator("img")).to_have_js_property("naturalWidth", SIDE)
    # And the address contains no code
    assert "code=" not in page.url


def test_a_strangers_account_is_shown_once_the_owner_accepts_it(here: Scene, page: Page, account: Account) -> None:
    # Given a stranger who read an app's id out of a website and has the browser log in
    query = {"provider": "instagram", "app_id": account.username, "return_to": widget(here, account)}
    page.goto(f"{here.stack.url}/showlogin?{urlencode(query)}")
    choose(page, account, "instagram")
    page.get_by_role("button", name="Allow").click()

    # Then a page says that the app's owner has to accept them, and the website shows nothing
    expect(page.get_by_role("heading", name="Waiting to be accepted")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Go on").click()
    page.wait_for_url("**/widget?**after_instagram_auth=Pending**")
    expect(posts(page)).to_have_count(0)

    # When the owner accepts them, then the website shows their posts
    here.decide(account.username, f"instagram-{account.id}", "accepted")
    page.goto(widget(here, account))
    expect(posts(page)).to_have_count(3)


def test_the_example_for_platforms_in_javascript_connects_an_account(here: Scene, page: Page, account: Account) -> None:
    # Given a platform with the app's connect key, which makes a link as docs/widgets.md says
    guide = (ROOT / "docs" / "widgets.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```javascript\n(.*?)```", guide, re.DOTALL)
    page.goto(here.signpost.pages.addresses.outbox)
    given = [here.stack.url, account.username, here.new_key(account.username), widget(here, account)]
    link = page.evaluate(f"(given) => {{ {example} return connectLink(...given); }}", given)

    # When its owner follows it
    page.goto(f"{link}&provider=instagram")
    choose(page, account, "instagram")
    page.get_by_role("button", name="Allow").click()

    # Then the account is connected to the app
    page.wait_for_url("**/widget?**after_instagram_auth=True**")
    expect(posts(page)).to_have_count(3)


def test_a_link_that_does_not_hold_says_how_to_go_on(here: Scene, page: Page, account: Account) -> None:
    page.goto(login_link(here, account, "instagram").replace("connect=", "connect=x"))

    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Connect and ask to be accepted").click()
    choose(page, account, "instagram")


def test_somebody_who_refuses_gets_a_page_and_can_try_again(here: Scene, page: Page, account: Account) -> None:
    # When somebody cancels in the dialog
    page.goto(login_link(here, account, "instagram"))
    page.get_by_role("button", name="Cancel").click()

    # Then a page says so, and nothing is stored
    expect(page.get_by_role("heading", name="Nothing was connected")).to_be_visible()
    fits(page)
    assert account.id not in repr(here.items("InstagramInstalls"))

    # And one of its links leads back to the website, with the error
    page.get_by_role("link", name="Back to 127.0.0.1").click()
    expect(page.get_by_text("No account was connected")).to_be_visible()

    # And the other one to the dialog, and from there to the website
    page.go_back()
    page.get_by_role("link", name="Try again").click()
    choose(page, account, "instagram")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("The account is connected.")).to_be_visible()


def test_a_page_says_that_it_worked_only_to_whom_it_worked_for(
    here: Scene, chromium: Browser, page: Page, account: Account
) -> None:
    # When somebody logs in by a link that ends at our own page
    ours = f"{here.stack.url}/connected"
    page.goto(f"{here.stack.url}/showlogin?{urlencode({'provider': 'instagram', 'return_to': ours})}")
    choose(page, account, "instagram")
    page.get_by_role("button", name="Allow").click()

    # Then it names the account
    expect(page.get_by_role("heading", name="Connected")).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"@{account.username} is connected.")
    fits(page)
    # And says nothing of the kind in another browser
    with chromium.new_context() as other:
        elsewhere = other.new_page()
        elsewhere.goto(page.url)
        expect(elsewhere.get_by_role("heading", name="Nothing to confirm")).to_be_visible()
        fits(elsewhere)


@pytest.mark.parametrize("provider", ["facebook", "instagram"])
def test_somebody_with_several_accounts_can_choose_another_one(
    here: Scene, page: Page, account: Account, provider: str
) -> None:
    # Given a browser that is logged in at Meta
    connect(page, here, account, provider)

    # When it follows a link to switch accounts, then no account is chosen yet
    page.goto(login_link(here, account, provider) + "&switch_account=1")
    expect(page.locator("main")).to_contain_text("confirm who you are")
    expect(page.locator("input[name=login]:checked")).to_have_count(0)


@pytest.mark.parametrize("known", ["", "another key's"])
def test_starting_again_never_ends_with_a_token_in_the_address_bar(here: Scene, page: Page, known: str) -> None:
    # Given a login that comes back with an unsigned state
    page.goto(f"{here.stack.url}/authcallback?{urlencode({'code': 'x', 'state': known})}")
    fits(page)

    # When somebody starts again and goes through with it
    page.get_by_role("link", name="Start again").click()
    page.get_by_role("link", name="With Instagram").click()
    page.get_by_role("button", name="Allow").click()

    # Then they end at a page
    expect(page.get_by_role("heading", name="Connected")).to_be_visible()
    assert "token" not in page.url


def test_a_permission_that_was_not_given_is_named(here: Scene, page: Page, account: Account) -> None:
    page.goto(login_link(here, account, "facebook"))
    choose(page, account, "facebook")
    page.uncheck("input[value=instagram_basic]")
    page.get_by_role("button", name="Allow").click()
    expect(page.locator("main")).to_contain_text("instagram_basic")
    assert account.id not in repr(here.items("InstagramInstalls"))


@pytest.mark.parametrize("whose", ["forged", "another browser's", "used"])
def test_a_state_of_another_login_is_refused(
    here: Scene, chromium: Browser, page: Page, account: Account, whose: str
) -> None:
    # Given a login at the dialog, and the address that "Allow" leads to
    page.goto(login_link(here, account, "instagram"))
    choose(page, account, "instagram")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    scopes = tuple(asked["scope"].split(","))
    way_back = here.meta.authorize("instagram", account.username, scopes, asked["redirect_uri"], asked["state"])

    # When that address is opened with another state, in another browser, or twice
    if whose == "forged":
        state = asked["state"]
        page.goto(way_back.replace(state, state[:-1] + ("A" if state[-1] != "A" else "B")))
    elif whose == "another browser's":
        page = chromium.new_context().new_page()
        page.goto(way_back)
    else:
        page.goto(way_back)
        page.wait_for_url("**/widget?**")
        page.goto(way_back)

    # Then it is refused with a page that says what to do
    expect(page.locator("main h1")).to_be_visible()
    assert urlsplit(page.url).path == "/authcallback"
    fits(page)
    connected = account.id in repr(here.items("InstagramInstalls"))
    assert connected is (whose == "used")
    if whose == "another browser's":
        page.context.close()


def _pumped(page: Page, condition: Callable[[], bool]) -> bool:
    """Let the browser handle its events, then check."""
    page.wait_for_timeout(20)
    return condition()


def test_a_post_that_is_published_appears_after_a_webhook(here: Scene, page: Page, account: Account) -> None:
    # Given a website that shows a connected account's posts
    connect(page, here, account, "instagram")
    expect(posts(page)).to_have_count(3)
    meta = page.context.new_page()

    # When the owner publishes, and Meta sends a webhook for a comment
    assert "Publish a post" in control(meta, here, "publish", login=account.username, caption="Out of the oven #ed")
    said = control(meta, here, "send_comment", provider="instagram", login=account.username)
    assert "delivered" in said

    # Then the website shows the post without a reload
    expect(posts(page).first).to_contain_text("Out of the oven #ed")
    expect(posts(page)).to_have_count(4)


def test_a_throttled_account_keeps_its_feed_and_is_left_alone(here: Scene, page: Page, account: Account) -> None:
    # Given a connected account that Meta begins to throttle
    connect(page, here, account, "instagram")
    expect(posts(page)).to_have_count(3)
    meta = page.context.new_page()
    control(meta, here, "throttle", code="80002", minutes="30", login=account.username)

    # When a webhook hints at a new post
    control(meta, here, "publish", login=account.username, caption="Not yet #ed")
    control(meta, here, "send_comment", provider="instagram", login=account.username)
    # The first fetch may only find that another one has the account, and come back later
    here.until(lambda: "paused_until" in here.install("instagram", account.username), "Meta has refused the fetch")

    # Then Meta is asked only once, and the website keeps showing what is stored
    page.reload()
    expect(posts(page)).to_have_count(3)
    control(meta, here, "send_comment", provider="instagram", login=account.username)
    asked = [call for call in here.meta.calls if call.code == 80002]
    assert len(asked) == 1


def test_an_expired_token_leads_to_an_email_whose_button_reconnects(here: Scene, page: Page, account: Account) -> None:
    # Given a connection whose token Meta no longer accepts
    connect(page, here, account, "facebook")
    expect(posts(page)).to_have_count(3)
    meta = page.context.new_page()
    control(meta, here, "expire_tokens", login=account.username)
    here.meta.send_comment("facebook", account.username)
    here.until(
        lambda: here.install("facebook", account.username)["state"]["S"] == "expired", "the end of the token is seen"
    )

    # When the daily sweep has run
    here.stack.run_schedule("TokenSweep")
    subject = f"@{account.username} is no longer connected"
    here.until(lambda: subject in [mail["subject"] for mail in here.stack.sent_mail()], "the owner gets an e-mail")

    # Then the outbox shows the e-mail to the owner
    page.goto(here.signpost.pages.addresses.outbox)
    fits(page)
    mail = page.locator("article", has=page.get_by_role("heading", name=subject))
    expect(mail).to_contain_text(OWNER)
    frame = mail.frame_locator("iframe")
    expect(frame.get_by_role("heading", name=subject)).to_be_visible()

    # And its button opens the dialog in a new tab, and from there the account is reconnected
    with page.context.expect_page() as opened:
        # By keyboard: a click just after the frame was scrolled into view may miss the link.
        frame.get_by_role("link", name=re.compile("again")).first.press("Enter")
    tab = opened.value
    choose(tab, account, "facebook")
    tab.get_by_role("button", name="Allow").click()
    here.until(
        lambda: _pumped(tab, lambda: here.install("facebook", account.username)["state"]["S"] == "active"),
        "it is connected again",
    )
    assert "second_verify_email_sent_at" not in here.install("facebook", account.username)


def test_somebody_who_asks_for_deletion_can_follow_it(here: Scene, page: Page, account: Account) -> None:
    # Given a connected account whose owner asks Meta for the deletion of their data
    connect(page, here, account, "instagram")
    here.until(lambda: here.fetches(f"instagram-{account.id}", "connect") == ["fetched"], "the first fetch ended")
    said = control(page, here, "delete_data", provider="instagram", login=account.username)
    address = re.search(r"http://[^\"\\]+/instagram/data-deletion/\w+", said)
    assert address, said

    # When they open the address that Meta shows them
    def erased() -> bool:
        page.goto(address[0])
        return "Your data is erased" in page.locator("h1").inner_text()

    here.until(erased, "the data is erased")

    # Then it shows what was erased
    expect(page.locator("main")).to_contain_text("Connected accounts")
    fits(page)
    assert account.id not in repr(here.items("InstagramInstalls"))


def test_another_sites_form_changes_nothing_though_the_browser_knows_the_password(
    here: Scene, chromium: Browser
) -> None:
    # Given an operator's browser that remembers the password, on a page of another site with a form for our API
    # Sent as text/plain, its one field is the JSON {"slug": "forged", "redirect_url": "https://evil.example/?=x"}
    form = (
        f'<form method="post" enctype="text/plain" action="{here.stack.url}/admin/campaigns">'
        """<input name='{"slug": "forged", "redirect_url": "https://evil.example/?' value='x"}'>"""
        "<button>Win</button></form>"
    )
    with chromium.new_context(http_credentials={"username": USER, "password": PASSWORD}) as context:
        page = context.new_page()
        page.goto(f"{here.stack.url}/admin/campaigns")
        assert "[" in page.content()
        page.route("http://evil.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
        page.goto("http://evil.example/")

        # When it is sent
        with page.expect_response("**/admin/campaigns") as answer:
            page.get_by_role("button", name="Win").click()

    # Then it is refused because of its origin, not for missing credentials
    assert answer.value.request.method == "POST"
    assert answer.value.status == 403
    assert "forged" not in repr(here.items("Campaigns"))


def test_pages_fit_on_a_phone(here: Scene, chromium: Browser, account: Account) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    at = here.signpost.pages
    pages = (f"{at.url}/", at.addresses.outbox, at.addresses.meta, widget(here, account))
    for address in (*pages, login_link(here, account, "facebook")):
        page.goto(address)
        fits(page)
    context.close()
