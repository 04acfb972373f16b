"""The role of each column, from its name and for personal data from its cells."""

import pandas as pd
import pytest

from retention.customers.intake import read_customers
from tests.reading import Save, refusal


@pytest.mark.parametrize(
    "name", ["customer_id", "customerID", "CustomerId", "Customer ID", "user_id", "id", "USERID"]
)
@pytest.mark.parametrize("label", ["churn", "Churn", "churned", "Exited", "Attrition", "target", "Churn Label"])
def test_id_and_label_are_found_by_name(save: Save, name: str, label: str) -> None:
    """The usual names are known in any case, and the notes tell what was taken."""
    customers = read_customers(save(f"n,{label},{name}\n1,1,a\n2,0,b\n3,0,c\n"))
    assert (customers.roles.id, customers.roles.label) == (name, label)
    assert customers.feature_names == ["n"]
    assert customers.notes[0] == f"id: {name}, label: {label} (1 of 3 churned)"


def test_value_is_found_only_by_a_plain_name(save: Save) -> None:
    """A margin is money kept; monthly charges need to be passed."""
    assert read_customers(save("id,margin\na,5\n")).roles.value == "margin"
    charges = save("id,MonthlyCharges\na,5\n")
    assert read_customers(charges).roles.value is None
    customers = read_customers(charges, value="MonthlyCharges")
    assert customers.value is not None
    assert customers.value.tolist() == [5.0]
    assert customers.feature_names == ["MonthlyCharges"]


def test_personal_data_is_set_aside(save: Save) -> None:
    """Contacts are no features, by name or by content, and no note repeats one."""
    rows = "".join(f"{n},Asha,Rao{n},Yes,98765 4321{n},a{n}@example.org,{n}\n" for n in range(5))
    customers = read_customers(save(f"id,first_name,Surname,PhoneService,reach,other,visits\n{rows}"))
    assert customers.roles.name == "first_name"
    assert customers.roles.excluded == ("Surname", "reach", "other")
    assert customers.feature_names == ["PhoneService", "visits"]
    assert "98765" not in " ".join(customers.notes)
    assert "'reach' (personal data)" in customers.notes[1]


def test_numeric_mobile_numbers_are_set_aside(save: Save) -> None:
    """Ten digits from 6 up, all different, are phones even without a telling name; amounts are not."""
    rows = "".join(f"{n},{9_100_000_000 + n * 7919},{100 + n}\n" for n in range(40))
    assert read_customers(save(f"id,reach,spend\n{rows}")).feature_names == ["spend"]


@pytest.mark.parametrize("header", ["Unnamed: 0", "RowNumber", "index", ""])
def test_a_pasted_index_is_set_aside(save: Save, header: str) -> None:
    """A column that numbers the rows is no feature."""
    customers = read_customers(save(f"{header},id,n\n0,a,5\n1,b,3\n2,c,9\n"))
    assert customers.feature_names == ["n"]
    assert "only numbers the rows" in customers.notes[1]


def test_a_second_label_is_set_aside(save: Save) -> None:
    """The same answer in another column must not be a feature."""
    customers = read_customers(save("id,Churn Label,Churn Value,n\na,Yes,1,4\nb,No,0,5\n"))
    assert customers.roles.label == "Churn Label"
    assert customers.feature_names == ["n"]


def test_excluding_a_column(save: Save) -> None:
    """What a person strikes is neither used nor able to stop the reading."""
    rows = "".join(f"{n},{n if n else 'abc'},{n}\n" for n in range(50))
    customers = read_customers(save(f"id,broken,n\n{rows}"), exclude=["broken"])
    assert customers.roles.excluded == ("broken",)
    assert customers.feature_names == ["n"]


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        ({"id": "custmer"}, "column 'custmer' is missing (did you mean 'customer'?); rename yours or pass --id"),
        ({"label": "Churn"}, "column 'Churn' is missing (did you mean 'Chrun'?); rename yours or pass --label"),
        ({"value": "money"}, "column 'money' is missing; rename yours or pass --value-column"),
        ({"exclude": ["ages"]}, "column 'ages' is missing (did you mean 'age'?); rename yours or pass --exclude"),
        ({"id": "age", "label": "age"}, "column 'age' is asked for by --label and by --id; choose one"),
        ({"id": "age", "exclude": ["age"]}, "column 'age' is asked for by --id and by --exclude; choose one"),
    ],
)
def test_columns_that_cannot_be_passed(save: Save, passed: dict[str, object], words: str) -> None:
    """A column that is not there, or has two roles, is named; so is the closest."""
    assert refusal(save("customer,age,Chrun\na,1,0\nb,2,1\n"), **passed) == f"customers.csv: {words}"


def test_no_id_column(save: Save) -> None:
    """The sentence tells all ways out."""
    assert refusal(save("who,n\na,1\n")) == (
        "customers.csv: column 'customer_id' is missing; rename yours or pass --id, "
        "or add one that numbers the customers"
    )


@pytest.mark.parametrize(
    ("columns", "id", "label", "expected"),
    [
        ({"RowNumber": [1, 2, 3], "CustomerId": [15634602, 15647311, 15619304], "Surname": ["A", "B", "C"],
          "Exited": [1, 0, 1]}, "CustomerId", "Exited", [1, 0, 1]),
        ({"CLIENTNUM": [1, 2, 3], "Attrition_Flag": ["Existing Customer", "Attrited Customer",
          "Existing Customer"]}, "CLIENTNUM", "Attrition_Flag", [0, 1, 0]),
        ({"Emp ID": ["a", "b", "c"], "left": [0, 1, 1]}, "Emp ID", "left", [0, 1, 1]),
        ({"msno": ["a", "b", "c"], "is_churn": [0, 0, 1]}, "msno", "is_churn", [0, 0, 1]),
        ({"customer_id": ["a", "b", "c"], "churn_risk_score": [0, 1, 1]}, "customer_id", "churn_risk_score",
         [0, 1, 1]),
        ({"phone number": ["382-4657", "371-7191", "358-1921"], "churn": [False, True, False]}, "phone number",
         "churn", [0, 1, 0]),
        ({"household_id": ["a", "b", "c"], "Membership": ["Stayed", "Churned", "Stayed"]}, "household_id",
         "Membership", [0, 1, 0]),
        ({"Customer ID": ["a", "b", "c"], "Churn Label": ["Yes", "No", "No"], "Churn Value": [1, 0, 0]},
         "Customer ID", "Churn Label", [1, 0, 0]),
    ],
)  # fmt: skip
def test_roles_of_well_known_files(
    columns: dict[str, list[object]], id: str, label: str, expected: list[int]
) -> None:
    """Bank, card, staff, music, member, phone and telecom files need no flags."""
    customers = read_customers(pd.DataFrame(columns))
    assert (customers.roles.id, customers.roles.label) == (id, label)
    assert customers.label is not None
    assert customers.label.tolist() == expected
