"""Orders: handed in, kept for their time, and what the pipeline's functions make of them."""

import json
import time
import unittest

from emulator import client
from home import FreshHomeCase, HomeCase, eventually
from lambda_process import Failed


def record(record_id, parameter_1="abc", parameter_2=4):
    return {"record_id": record_id, "parameter_1": parameter_1, "parameter_2": parameter_2}


class HandingIn:
    """Orders through the API."""

    def hand_in(self, records):
        answer = self.ask("POST", "/orders", records)
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(answer.json["accepted"], len(records))
        return answer.json

    def listed(self, query=""):
        """The whole list, page by page."""
        orders = []
        cursor = ""
        while True:
            page = self.ask("GET", f"/orders?limit=1000{query}{cursor}").json
            orders += page["items"]
            if page["next_cursor"] is None:
                return orders
            cursor = f"&cursor={page['next_cursor']}"

    def item(self, record_id):
        return self.home.item(record_id, self.home.orders_table)


class Orders(HandingIn, HomeCase):
    def test_a_few(self):
        before = time.time()
        # Digits that no double has.
        records = [record("a-1"), record("a-2", "", 0.5), record("a-3", "x" * 200, 2**53 + 1)]
        expires_at = self.hand_in(records)["expires_at"]
        for one in records:
            answer = self.ask("GET", f"/orders/{one['record_id']}")
            self.assertEqual(answer.status, 200, answer.body)
            order = answer.json
            self.assertEqual({name: order[name] for name in one}, one)
            self.assertEqual((order["status"], order["expires_at"]), ("pending", expires_at))
            item = self.item(one["record_id"])
            # DynamoDB deletes by it: seconds, a day from now.
            self.assertAlmostEqual(int(item["expires_at"]), before + 24 * 3600, delta=60)
        ids = [one["record_id"] for one in self.listed() if one["record_id"].startswith("a-")]
        self.assertEqual(ids, ["a-3", "a-2", "a-1"])
        self.assert_problem(self.ask("GET", "/orders/a-4"), 404)

    def test_the_same_again_changes_nothing(self):
        records = [record("s-1"), record("s-2")]
        first = self.hand_in(records)
        item = self.item("s-1")
        self.assertEqual(self.hand_in(records)["expires_at"], first["expires_at"])
        self.assertEqual(self.item("s-1"), item)

    def test_all_or_none(self):
        self.hand_in([record("n-1")])
        answer = self.ask("POST", "/orders", [record("n-2"), record("n-1", "other"), record("n-3")])
        self.assert_problem(answer, 409)
        for record_id in ("n-2", "n-3"):
            self.assert_problem(self.ask("GET", f"/orders/{record_id}"), 404)
            self.assertIsNone(self.item(record_id))
        self.assertEqual(self.ask("GET", "/orders/n-1").json["parameter_1"], "abc")
        faults = self.ask("POST", "/orders", [record("n-4"), {"record_id": "n-5"}])
        self.assert_problem(faults, 400)
        self.assertIsNone(self.item("n-4"))

    def test_one_that_is_over_is_gone_though_its_item_is_there(self):
        api = self.api
        self.addCleanup(setattr, type(self), "api", api)
        type(self).api = self.start("api", ORDO_KEEP_ORDERS="1s")
        self.hand_in([record("brief")])
        eventually(lambda: self.ask("GET", "/orders/brief").status == 404)
        self.assertNotIn("brief", [one["record_id"] for one in self.listed()])
        item = self.item("brief")
        self.assertLessEqual(int(item["expires_at"]), time.time() + 1)
        # The id is free again, whenever DynamoDB deletes.
        type(self).api = api
        self.hand_in([record("brief", "another")])
        self.assertEqual(self.ask("GET", "/orders/brief").json["parameter_1"], "another")


class ManyOrders(HandingIn, FreshHomeCase):
    def test_more_than_a_transaction_takes(self):
        ids = [f"m-{n}" for n in range(200)]
        self.hand_in([record(one) for one in ids])
        there = [one["record_id"] for one in self.listed() if one["record_id"].startswith("m-")]
        self.assertEqual(there, list(reversed(ids)))
        self.assertEqual(self.ask("GET", "/orders/m-199").json["status"], "pending")
        others = [record(f"o-{n}") for n in range(200)] + [record("m-0", "other")]
        answer = self.ask("POST", "/orders", others)
        self.assert_problem(answer, 409)
        self.assertFalse([o for o in self.listed() if o["record_id"].startswith("o-")])
        self.assertIsNone(self.item("o-0"))

    def copy(self, record_id, ids):
        """Orders like that one. The emulator takes most of a minute for transactions of so many."""
        item = self.home.dynamodb.get_item(
            TableName=self.home.orders_table, Key={"record_id": {"S": record_id}}
        )["Item"]
        puts = []
        for n, one in enumerate(ids, 10_000):
            of_this = {"record_id": {"S": one}, "number": {"N": str(n)}}
            of_this["shelf"] = {"S": f"orders/{n % 8}"}
            puts.append({"PutRequest": {"Item": item | of_this}})
        for at in range(0, len(puts), 25):
            self.home.dynamodb.batch_write_item(
                RequestItems={self.home.orders_table: puts[at : at + 25]}
            )

    def test_a_thousand(self):
        self.hand_in([record("t-0")])
        ids = [f"t-{n}" for n in range(1000)]
        self.copy("t-0", ids[1:])
        self.hand_in([record(one) for one in ids])
        there = [one["record_id"] for one in self.listed() if one["record_id"].startswith("t-")]
        self.assertEqual(there, [*reversed(ids[1:]), ids[0]])

        # Of the next thousand the last one is another order that is there.
        others = [record(f"u-{n}") for n in range(999)] + [record("t-500", "other")]
        answer = self.ask("POST", "/orders", others)
        self.assert_problem(answer, 409)
        pointers = [fault["pointer"] for fault in answer.json["errors"]]
        self.assertEqual(pointers, ["/999/record_id"])
        self.assert_problem(self.ask("GET", "/orders/u-0"), 404)
        self.assert_problem(self.ask("POST", "/orders", others + [record("u-1000")]), 400)
        self.assertIsNone(self.item("u-0"))


class Results(HandingIn, FreshHomeCase):
    """collect_results and store_result, called as Step Functions calls them."""

    def statuses(self, ids):
        return {one: self.ask("GET", f"/orders/{one}").json["status"] for one in ids}

    def test_results_are_stored_or_rejected(self):
        ids = [f"order-{n}" for n in range(12)]
        self.hand_in([record(one) for one in ids])
        not_ready = self.start("collect_results", ORDO_AUCTION_NOT_READY_RATE="1")
        self.assertEqual(not_ready.invoke({"call": "run/0"}), {"results": False})
        self.assertEqual(set(self.statuses(ids).values()), {"pending"})

        seed = {"ORDO_AUCTION_REJECT_RATE": "0.5", "ORDO_AUCTION_SEED": "7"}
        collect = self.start("collect_results", **seed)
        said = collect.invoke({"call": "run/0"})
        self.assertEqual((said["results"], said["more"]), (True, False))
        self.assertEqual([one["record_id"] for one in said["orders"]], ids)
        statuses = {one["record_id"]: one["status"] for one in said["orders"]}
        self.assertEqual(set(statuses.values()), {"accepted", "rejected"})
        self.assertEqual(self.statuses(ids), statuses)

        # The same call again, be it of another process, and the next one.
        self.assertEqual(collect.invoke({"call": "run/0"}), said)
        self.assertEqual(self.start("collect_results", **seed).invoke({"call": "run/0"}), said)
        next_one = collect.invoke({"call": "run/1"})
        self.assertEqual(next_one, {"results": True, "orders": [], "more": False})

        store = self.start("store_result")
        for order in said["orders"]:
            if order["status"] == "rejected":
                with self.assertRaises(Failed) as failed:
                    store.invoke(order)
                self.assertEqual(failed.exception.type, "OrderRejected")
                self.assertIn(order["record_id"], failed.exception.message)
                continue
            stored = store.invoke(order)
            key = f"{order['record_id']}.json"
            self.assertEqual((stored["bucket"], stored["key"]), ("order-results", key))
            in_s3 = client("s3").get_object(Bucket=self.home.bucket, Key=key)
            self.assertEqual(in_s3["ContentType"], "application/json")
            content = json.loads(in_s3["Body"].read())
            self.assertIn("stored_at", content)
            self.assertEqual({name: content[name] for name in order}, order)
            # Told again, it is the same object.
            self.assertEqual(store.invoke(order), stored)
            again = client("s3").head_object(Bucket=self.home.bucket, Key=key)
            self.assertEqual(again["LastModified"], in_s3["LastModified"])

        accepted = sorted(one for one, status in statuses.items() if status == "accepted")
        objects = client("s3").list_objects_v2(Bucket=self.home.bucket)["Contents"]
        self.assertEqual(sorted(one["Key"] for one in objects), [f"{one}.json" for one in accepted])
        # The same through the API.
        listed = self.ask("GET", "/objects/order-results?prefix=order-")
        self.assertEqual(listed.status, 200, listed.body)
        self.assertEqual(
            sorted(one["key"] for one in listed.json["items"]), [f"{one}.json" for one in accepted]
        )
        one = self.ask("GET", f"/objects/order-results/{accepted[0]}.json")
        self.assertEqual((one.status, one.headers["content-type"]), (200, "application/json"))
        self.assertEqual(one.json["record_id"], accepted[0])
        self.assert_problem(self.ask("GET", "/objects/order-results/nothing.json"), 404)

    def test_ready_after_a_while(self):
        self.hand_in([record("patient")])
        collect = self.start(
            "collect_results", ORDO_AUCTION_NOT_READY_RATE="0.7", ORDO_AUCTION_SEED="3"
        )
        answers = [collect.invoke({"call": "run/0"})["results"] for _ in range(20)]
        self.assertFalse(answers[0])
        self.assertTrue(answers[-1], "what was ready stays so")
        self.assertEqual(answers, sorted(answers))

    def test_more_than_are_asked_about_at_once(self):
        ids = [f"bulk-{n}" for n in range(80)]
        self.hand_in([record(one, "x" * 2000) for one in ids])
        collect = self.start("collect_results")
        seen = []
        for round_ in range(10):
            said = collect.invoke({"call": f"run/{round_}"})
            seen += [one["record_id"] for one in said["orders"]]
            if not said["more"]:
                break
        self.assertGreater(round_, 0)
        self.assertEqual(sorted(seen), sorted(ids), "each once")

    def test_faults_have_names_that_pipelines_catch(self):
        collect = self.start("collect_results")
        store = self.start("store_result")
        for function, event, name in (
            (collect, {"call": 7}, "InvalidPayload"),
            (collect, [], "InvalidPayload"),
            (store, {"record_id": "x"}, "InvalidOrder"),
            (store, record("x") | {"status": "pending"}, "InvalidOrder"),
        ):
            with self.assertRaises(Failed) as failed:
                function.invoke(event)
            self.assertEqual(failed.exception.type, name)

    def test_an_auction_that_is_not_there(self):
        self.hand_in([record("alone")])
        collect = self.start("collect_results", ORDO_AUCTION_URL="http://127.0.0.1:1/")
        with self.assertRaises(Failed) as failed:
            collect.invoke({"call": "run/0"})
        self.assertEqual(failed.exception.type, "AuctionUnavailable")
        self.assertEqual(self.statuses(["alone"]), {"alone": "pending"})


del FreshHomeCase, HomeCase  # no cases of this module

if __name__ == "__main__":
    unittest.main()
