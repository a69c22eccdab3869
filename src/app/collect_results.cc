#include "app/collect_results.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/order_results.h"
#include "base/json.h"
#include "base/uuid.h"

namespace ordo::app {
namespace {

using Orders = std::vector<domain::Order>;

constexpr char kNotReady[] = R"({"results":false})";

// JSON makes of a text twice as much at worst: control characters are in none.
std::size_t most_json_bytes(const domain::OrderRecord& record) {
  constexpr std::size_t kAround = 80;
  return kAround + record.id.value().size() + 2 * domain::text_bytes(record);
}

base::Result<bool> some_pending(const ports::Reads& reads, base::WallTime now) {
  const auto next = reads.orders.pending(domain::OrderNumber(0), 1, now);
  if (!next) return base::fail(next.error());
  return !next->empty();
}

base::Result<Orders> pending_orders(const ports::Reads& reads, domain::OrderNumber after,
                                    base::WallTime now) {
  Orders orders;
  std::size_t bytes = 0;
  while (true) {
    base::Result<Orders> page =
        reads.orders.pending(after, kMaxCollectedOrders - orders.size(), now);
    if (!page) return base::fail(std::move(page.error()));
    if (page->empty()) return orders;
    for (domain::Order& order : *page) {
      bytes += most_json_bytes(order.record);
      if (!orders.empty() && bytes > kMaxCollectedBytes) return orders;
      after = order.number;
      orders.push_back(std::move(order));
    }
    if (orders.size() >= kMaxCollectedOrders) return orders;
  }
}

base::Result<domain::OrderNumber> newest_order(const ports::Reads& reads, base::WallTime now) {
  const auto page = reads.orders.list({}, std::nullopt, 1, now);
  if (!page) return base::fail(page.error());
  if (!page->items.empty()) return page->items.front().number;
  return page->next_before.value_or(domain::OrderNumber(0));
}

// What a call asks about, and where the next one goes on.
struct Question {
  Orders orders;
  AuctionRound::Place next;
};

base::Result<Question> question_at(AuctionRound::Place place, const ports::Reads& reads,
                                   base::WallTime now) {
  const AuctionRound::Place beginning;
  base::Result<Orders> orders = pending_orders(reads, place.after, now);
  if (orders && orders->empty() && place != beginning) {
    place = beginning;
    orders = pending_orders(reads, place.after, now);
  }
  if (!orders) return base::fail(std::move(orders.error()));
  if (orders->empty()) return Question{};
  if (place == beginning) {
    const auto newest = newest_order(reads, now);
    if (!newest) return base::fail(newest.error());
    place.last = *newest;
  }
  place.after = orders->back().number;
  return Question{std::move(*orders), place.after < place.last ? place : beginning};
}

std::string answer_of(const Orders& orders, bool more) {
  std::string out = R"({"results":true,"orders":[)";
  for (const domain::Order& order : orders) {
    if (out.back() != '[') out.push_back(',');
    append_order_result(out, order.record, order.status);
    out.push_back('}');
  }
  out += R"(],"more":)";
  out += more ? "true}" : "false}";
  return out;
}

// One call on its way. Held by whoever goes on with it.
class Collecting : public std::enable_shared_from_this<Collecting> {
 public:
  Collecting(Backend& backend, ports::Auction& auction, AuctionRound& round, std::string name,
             FunctionAnswer answer)
      : backend_(backend),
        auction_(auction),
        round_(round),
        name_(std::move(name)),
        answer_(std::move(answer)),
        place_(round_.enter(name_)) {}
  ~Collecting() { leave(); }
  Collecting(const Collecting&) = delete;
  Collecting& operator=(const Collecting&) = delete;

  void begin() {
    read([](Collecting& self, const ports::Reads& reads) { self.look(reads); });
  }

 private:
  template <class Go>
  void read(Go go) {
    backend_.readers.run_call(
        [self = shared_from_this(), go](const ports::Reads& reads) { go(*self, reads); });
  }

  void look(const ports::Reads& reads) {
    const base::WallTime now = backend_.clock.wall();
    auto question = question_at(place_, reads, now);
    if (!question) return fail(question.error());
    // Read after the question: if the same call settles meanwhile what it has asked about, then
    // that is seen here, or is what is asked about again.
    const auto before = reads.orders.settled_by(name_, now);
    if (!before) return fail(before.error());
    if (!before->empty()) return tell(reads);
    if (question->orders.empty()) return say(answer_of({}, false));
    round_.advance(place_, question->next);
    asked_ = question->orders;
    auction_.ask(
        std::move(question->orders),
        [self = shared_from_this()](const ports::AuctionAnswer& said) { self->settle(said); });
  }

  void settle(const ports::AuctionAnswer& said) {
    if (!said) {
      const bool reached = said.error().code == base::ErrorCode::invalid;
      return say(std::unexpected(
          order_fault(reached ? "AuctionFault" : "AuctionUnavailable", said.error().message)));
    }
    if (!*said) return say(kNotReady);
    std::unordered_map<std::string_view, bool> accepted;
    for (const ports::AuctionResult& result : **said) {
      accepted.emplace(result.id.value(), result.accepted);
    }
    ports::SettleOrders settle{{}, backend_.clock.wall(), name_};
    for (const domain::Order& order : asked_) {
      const auto result = accepted.find(order.record.id.value());
      if (result == accepted.end()) continue;
      settle.orders.push_back(
          {order.record.id,
           result->second ? domain::OrderStatus::accepted : domain::OrderStatus::rejected,
           order.number});
    }
    // Whoever is told of results asks again at once while there are more orders.
    if (settle.orders.empty()) return say(kNotReady);
    std::vector<ports::Write> writes;
    writes.emplace_back(std::move(settle));
    backend_.committer.submit(
        std::move(writes), [self = shared_from_this()](const base::Result<Committed>& committed) {
          if (!committed) return self->fail(committed.error());
          if (const auto& answered = committed->answers.front(); !answered) {
            return self->fail(answered.error());
          }
          // Read back: somebody else may have settled some meanwhile.
          self->read([](Collecting& of, const ports::Reads& reads) { of.tell(reads); });
        });
  }

  void tell(const ports::Reads& reads) {
    const base::WallTime now = backend_.clock.wall();
    const auto orders = reads.orders.settled_by(name_, now);
    if (!orders) return fail(orders.error());
    const base::Result<bool> more = some_pending(reads, now);
    if (!more) return fail(more.error());
    say(answer_of(*orders, *more));
  }

  void fail(const base::Error& error) {
    say(std::unexpected(order_fault("ServiceUnavailable", error.message)));
  }

  // Whoever is told may call again at once, which is another call then.
  void say(ports::CallOutcome outcome) {
    leave();
    answer_(std::move(outcome));
  }

  void leave() {
    if (!std::exchange(left_, true)) round_.leave(name_);
  }

  Backend& backend_;
  ports::Auction& auction_;
  AuctionRound& round_;
  const std::string name_;
  const FunctionAnswer answer_;
  const AuctionRound::Place place_;
  Orders asked_;
  bool left_ = false;
};

// Nothing: no such payload is taken.
std::optional<std::string> name_in(const std::string& payload) {
  const auto members = base::parse_json_object(payload);
  if (!members) return std::nullopt;
  const base::JsonMember* const named = base::find_member(*members, "call");
  if (named == nullptr) return "";
  const bool sane = named->kind == base::JsonKind::string && !named->text.empty() &&
                    named->text.size() <= kMaxCallNameBytes;
  return sane ? std::optional(named->text) : std::nullopt;
}

}  // namespace

AuctionRound::Place AuctionRound::enter(const std::string& call) {
  const std::lock_guard lock(mutex_);
  UnderWay& there = under_way_.try_emplace(call, UnderWay{next_}).first->second;
  ++there.times;
  return there.place;
}

void AuctionRound::advance(const Place& from, const Place& to) {
  const std::lock_guard lock(mutex_);
  if (next_ == from) next_ = to;
}

void AuctionRound::leave(const std::string& call) {
  const std::lock_guard lock(mutex_);
  const auto there = under_way_.find(call);
  if (--there->second.times == 0) under_way_.erase(there);
}

void collect_results(Backend& backend, ports::Auction& auction, AuctionRound& round,
                     const std::string& payload, FunctionAnswer answer) {
  std::optional<std::string> name = name_in(payload);
  if (!name) {
    return answer(std::unexpected(order_fault(
        "InvalidPayload", R"(an object is wanted; "call" is a text of 1 to 512 bytes)")));
  }
  if (name->empty()) {
    *name = base::uuid_v7(backend.clock.wall(), backend.random.next(), backend.random.next());
  }
  std::make_shared<Collecting>(backend, auction, round, std::move(*name), std::move(answer))
      ->begin();
}

}  // namespace ordo::app
