"""Whose message it is: proved identities find their owner, claims never do."""

import pytest

from services.ingest.customers.identities import named, normalised
from shared.events import Contact, CustomerChanged, Identity, IdentityKind
from tests.unit.ingest.customers.world import NOW, World

JO = Contact(name="Jo", email="jo@buyer.example")


def told(world: World) -> list[CustomerChanged]:
    return [event for event in world.events if isinstance(event, CustomerChanged)]


@pytest.mark.parametrize(
    ("kind", "value", "known"),
    [
        ("email", " Jo.Doe+shop@Buyer.Example ", "jo.doe+shop@buyer.example"),
        ("email", "jo at buyer", None),
        ("phone", "+386 40 123-456", "+38640123456"),
        ("phone", "040 123 456", None),
        ("whatsapp", "+38640123456", "38640123456"),
        ("slack", "T1:U2", "T1:U2"),
        ("external", "", None),
        ("x", "a" * 321, None),
        ("telegram", "1\x002", "12"),
    ],
)
def test_values_are_compared_in_one_form(kind: IdentityKind, value: str, known: str | None) -> None:
    assert normalised(kind, value) == known


def test_dots_and_plus_tags_tell_people_apart() -> None:
    world = World()
    first = world.writes(Contact(email="jo.doe@buyer.example"), proof="provider")
    assert world.writes(Contact(email="jodoe@buyer.example"), proof="provider") != first
    assert world.writes(Contact(email="jo.doe+x@buyer.example"), proof="provider") != first


def test_proved_address_finds_its_customer_again_and_writes_nothing() -> None:
    world = World()
    first = world.writes(JO, proof="mail authentication")
    before = len(world.events), dict(world.customers)

    assert world.writes(Contact(email="JO@buyer.example"), proof="mail authentication") == first
    assert (len(world.events), world.customers) == before


def test_first_messages_at_the_same_time_agree_on_the_customer() -> None:
    assert World().writes(JO, proof="provider") == World().writes(JO, proof="provider")


def test_contact_without_any_identity_is_nobody() -> None:
    assert World().writes(Contact(name="Jo")) is None


def test_claim_gets_a_customer_of_its_own_and_a_person_is_asked() -> None:
    world = World()
    proved = world.writes(JO, proof="mail authentication")
    claimed = world.writes(JO)

    assert claimed not in (None, proved)
    assert world.suggested() == [(claimed, proved)]
    assert world.writes(JO) == claimed
    assert len(world.suggested()) == 1


def test_person_is_asked_as_well_when_the_proof_comes_after_the_claim() -> None:
    world = World()
    claimed = world.writes(JO)
    proved = world.writes(JO, proof="mail authentication")
    assert world.suggested() == [(proved, claimed)]


def test_claim_never_leads_into_the_history_of_somebody_proved_whatever_people_decided_before() -> None:
    world = World()
    claimed, proved = world.writes(JO), world.writes(JO, proof="mail authentication")
    assert claimed
    assert proved
    world.merge(claimed, proved)

    later = world.writes(JO)

    assert later not in (claimed, proved)
    people = world.known(())
    assert later
    assert people.root(later) == later


def test_claim_that_an_agent_has_verified_is_a_proof_from_then_on() -> None:
    world = World()
    claimed = world.writes(JO)
    assert claimed
    world.change(claimed, add=[Identity(kind="email", value="jo@buyer.example", verified_by="agent:ana")])

    assert world.writes(JO, proof="mail authentication") == claimed
    assert world.writes(JO) != claimed


def test_nameless_visitor_is_promoted_when_an_address_is_proved() -> None:
    world = World()
    owner = world.writes(JO, proof="mail authentication", second=0)
    visitor = Contact(visitor="visitor:1", email="jo@buyer.example")
    nameless = world.writes(visitor, second=1)
    assert owner
    assert nameless
    assert nameless != owner

    world.writes(visitor, proof="signed link", second=2)

    assert world.known(()).root(nameless) == owner


def test_new_address_of_a_known_visitor_is_theirs() -> None:
    world = World()
    nameless = world.writes(Contact(visitor="visitor:1"))
    assert world.writes(Contact(visitor="visitor:1", email="jo@buyer.example"), proof="signed link") == nameless
    assert world.writes(JO, proof="mail authentication") == nameless


def test_proved_value_that_two_share_makes_them_one_and_who_is_known_longer_goes_on() -> None:
    world = World()
    mail = world.writes(JO, proof="mail authentication", second=5)
    chat = world.writes(
        Contact(identities=(Identity(kind="whatsapp", value="38640123456", verified_by="provider"),)), second=1
    )
    both = Contact(
        email="jo@buyer.example", identities=(Identity(kind="whatsapp", value="38640123456", verified_by="provider"),)
    )
    world.writes(both, proof="system", second=9)

    assert mail
    assert chat
    assert world.known(()).root(mail) == chat
    assert len(world.groups()) == 1


def test_customers_whom_another_system_tells_apart_are_never_merged() -> None:
    world = World()

    def crm(number: int) -> Contact:
        return Contact(
            email="office@buyer.example",
            identities=(Identity(kind="external", value=f"crm:{number}", verified_by="system"),),
        )

    first, second = world.writes(crm(1), proof="system"), world.writes(crm(2), proof="system")

    assert first
    assert second
    assert world.known(()).root(first) != world.known(()).root(second)
    assert world.suggested() == [(second, first)]
    assert world.writes(Contact(email="office@buyer.example"), proof="mail authentication") == first


def test_ids_of_different_systems_do_not_contradict() -> None:
    world = World()
    for system in ("crm", "shop"):
        identity = Identity(kind="external", value=f"{system}:7", verified_by="system")
        world.writes(Contact(email="jo@buyer.example", identities=(identity,)), proof="system")
    assert len(world.groups()) == 1


def test_machines_do_not_join_again_what_a_person_has_separated() -> None:
    world = World()
    phone = world.writes(Contact(phone="+38640123456"), proof="provider", second=1)
    mail = world.writes(JO, proof="mail authentication", second=2)
    both = Contact(email="jo@buyer.example", phone="+38640123456")
    world.writes(both, proof="system", second=3)
    assert phone
    assert mail
    assert world.known(()).root(mail) == phone

    world.unmerge(mail)
    world.writes(both, proof="system", second=4)

    assert world.known(()).root(mail) == mail
    assert world.suggested() == []


def test_removed_identity_is_free_and_its_next_user_is_somebody_new() -> None:
    world = World()
    first = world.writes(JO, proof="mail authentication")
    assert first
    world.change(first, remove=[Identity(kind="email", value="jo@buyer.example")])
    assert world.writes(JO, proof="mail authentication") not in (None, first)


def test_events_state_a_customer_as_a_whole_and_count_up() -> None:
    world = World()
    customer = world.writes(Contact(visitor="visitor:1"))
    world.writes(Contact(visitor="visitor:1", name="Jo", email="jo@buyer.example"))
    events = told(world)
    assert [event.ticketversion for event in events] == [1, 2]
    assert {event.subject for event in events} == {customer}
    assert [(one.kind, one.verified_by) for one in events[-1].data.identities] == [
        ("visitor", "session"),
        ("email", None),
    ]
    assert events[-1].data.name == "Jo"


def test_claims_of_one_visitor_do_not_grow_for_ever() -> None:
    world = World()
    for number in range(150):
        world.writes(Contact(visitor="visitor:1", email=f"{number}@buyer.example"))
    (customer,) = world.customers.values()
    assert len(customer.identities) == 100


def test_what_is_proved_stands_before_what_is_claimed() -> None:
    contact = Contact(
        email="jo@buyer.example",
        visitor="visitor:1",
        identities=(
            Identity(kind="email", value="JO@buyer.example", verified_by="provider"),
            Identity(kind="telegram", value="7"),
        ),
    )
    found = named(contact, proof=None, at=NOW)
    assert [(one.kind, one.verified_by) for one in found] == [
        ("email", "provider"),
        ("visitor", "session"),
        ("telegram", None),
    ]
