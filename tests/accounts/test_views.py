"""Accounts over HTTP."""

from tests.factories.accounts import PASSWORD, staff


def test_login_answers_with_tokens_and_the_user(client, session):
    user_id = staff(session, "operator", "9901", username="operator")
    session.commit()
    answer = client.post("/api/v1/auth/login", json={"username": "Operator", "password": PASSWORD})
    assert answer.status_code == 200, answer.get_json()
    told = answer.get_json()
    assert set(told) == {"access_token", "refresh_token", "expires_in", "user"}
    assert told["expires_in"] == 900
    assert told["user"]["id"] == str(user_id)
    assert answer.headers["Cache-Control"] == "no-store"
    mine = client.get("/api/v1/me", headers={"Authorization": f"Bearer {told['access_token']}"})
    assert mine.get_json() == told["user"]
