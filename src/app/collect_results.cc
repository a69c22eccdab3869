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

base::Result<Orders> pending_orders(const ports::Reads& reads, base::WallTime now) {
  Orders orders;
  std::size_t bytes = 0;
  domain::OrderNumber after(0);
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
  Collecting(Backend& backend, ports::Auction& auction, std::string name, FunctionAnswer answer)
      : backend_(backend), auction_(auction), name_(std::move(name)), answer_(std::move(answer)) {}

  void begin() {
    read([](Collecting& self, const ports::Reads& reads) { self.look(reads); });
  }

 private:
  template <class Go>
  void read(Go go) {
    backend_.readers.run([self = shared_from_this(), go](const base::Result<ports::Reads>& reads) {
      if (!reads) return self->fail(reads.error());
      go(*self, *reads);
    });
  }

  void look(const ports::Reads& reads) {
    const base::WallTime now = backend_.clock.wall();
    const auto before = reads.orders.settled_by(name_, now);
    if (!before) return fail(before.error());
    if (!before->empty()) return tell(reads);
    auto orders = pending_orders(reads, now);
    if (!orders) return fail(orders.error());
    if (orders->empty()) return answer_(answer_of({}, false));
    asked_ = *orders;
    auction_.ask(std::move(*orders), [self = shared_from_this()](const ports::AuctionAnswer& said) {
      self->settle(said);
    });
  }

  void settle(const ports::AuctionAnswer& said) {
    if (!said) {
      const bool reached = said.error().code == base::ErrorCode::invalid;
      return answer_(std::unexpected(
          order_fault(reached ? "AuctionFault" : "AuctionUnavailable", said.error().message)));
    }
    if (!*said) return answer_(kNotReady);
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
    if (settle.orders.empty()) return answer_(kNotReady);
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
    answer_(answer_of(*orders, *more));
  }

  void fail(const base::Error& error) {
    answer_(std::unexpected(order_fault("ServiceUnavailable", error.message)));
  }

  Backend& backend_;
  ports::Auction& auction_;
  const std::string name_;
  const FunctionAnswer answer_;
  Orders asked_;
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

void collect_results(Backend& backend, ports::Auction& auction, const std::string& payload,
                     FunctionAnswer answer) {
  std::optional<std::string> name = name_in(payload);
  if (!name) {
    return answer(std::unexpected(order_fault(
        "InvalidPayload", R"(an object is wanted; "call" is a text of 1 to 512 bytes)")));
  }
  if (name->empty()) {
    *name = base::uuid_v7(backend.clock.wall(), backend.random.next(), backend.random.next());
  }
  std::make_shared<Collecting>(backend, auction, std::move(*name), std::move(answer))->begin();
}

}  // namespace ordo::app
