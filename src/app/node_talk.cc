#include "app/node_talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/event_text.h"

namespace ordo::app {
namespace {

// Long for a node that lives; short for a worker that waits.
constexpr base::Millis kPatience{5'000};
constexpr base::Millis kFetchPatience{2'000};
constexpr base::Millis kLookPatience{2'000};
// Who listens says so again in a third of it.
constexpr base::Millis kListening{45'000};
constexpr std::size_t kEventsAtOnce = 500;
// How long it is known what a claim was given; and for how long, and how soon, it is said again
// that nobody wants it.
constexpr base::Millis kLent{60'000};
constexpr base::Millis kUnclaims{50'000};
constexpr base::Millis kNextUnclaim{1'000};

std::uint64_t count_of(base::Millis length) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(length.count(), 0));
}

void nobody_minds(const base::Result<std::string>& /*answer*/) {}

}  // namespace

// --- words on tasks ---

void NodeTalk::pass_on(LeaseWord word) {
  Saying saying("word");
  saying.add("id", word.id.value()).add("lease", word.lease);
  if (const auto* const success = std::get_if<domain::Succeeded>(&word.word)) {
    saying.add("word", "complete");
    if (success->result) saying.add("result", *success->result);
  } else if (const auto* const failure = std::get_if<domain::Failure>(&word.word)) {
    saying.add("word", "fail").add("type", failure->type).add("message", failure->message);
  } else if (const auto* const extend = std::get_if<LeaseWord::Extend>(&word.word)) {
    saying.add("word", "extend").add("by", count_of(extend->by));
  } else {
    saying.add("word", "return");
  }
  peers_.ask(ports::Peers::LaneOwner{word.id}, std::move(saying).text(), kPatience,
             [answer = std::move(word.answer)](base::Result<std::string> said) mutable {
               answer(said ? base::Result<void>() : base::fail(std::move(said.error())));
             });
}

void NodeTalk::hear_word(const Said& said, ports::Peers::Answer answer) {
  LeaseWord word;
  word.id = domain::TaskId(said.text("id"));
  word.lease = said.text("lease");
  word.passed_on = true;
  const std::string what = said.text("word");
  if (what == "complete") {
    std::optional<std::string> result;
    if (said.has("result")) result = said.text("result");
    word.word = domain::Succeeded{std::move(result)};
  } else if (what == "fail") {
    word.word = domain::Failure{said.text("type"), said.text("message")};
  } else if (what == "extend") {
    word.word = LeaseWord::Extend{base::Millis(said.number("by"))};
  } else if (what == "return") {
    word.word = LeaseWord::Return{};
  } else {
    return answer(base::fail(base::ErrorCode::unavailable, "another version runs the task"));
  }
  word.answer = [answer = std::move(answer)](base::Result<void> done) mutable {
    answer(done ? base::Result<std::string>("") : base::fail(std::move(done.error())));
  };
  dispatcher_->say(std::move(word));
}

// --- changes ---

void NodeTalk::tell(TaskChange change) {
  const ports::Place& place = change.place;
  Saying saying("changed");
  saying.add("queue", place.queue.value())
      .add("lane", place.lane.value())
      .add("sequence", place.sequence.value())
      .add("priority", static_cast<std::uint64_t>(place.priority))
      .add("before", static_cast<std::uint64_t>(change.before))
      .add("status", static_cast<std::uint64_t>(change.status));
  peers_.ask(ports::Peers::LaneOwner{change.id}, std::move(saying).text(), kPatience, nobody_minds);
}

void NodeTalk::hear_change(const Said& said) {
  TaskChange change;
  change.place = {domain::Sequence(said.number("sequence")), domain::QueueName(said.text("queue")),
                  domain::LaneKey(said.text("lane")),
                  static_cast<domain::Priority>(said.number("priority"))};
  change.before = static_cast<domain::TaskStatus>(said.number("before"));
  change.status = static_cast<domain::TaskStatus>(said.number("status"));
  dispatcher_->note(std::move(change));
}

void NodeTalk::tell_of_pauses() {
  peers_.tell_all(Saying("paused").text());
}

// --- work for others' workers ---

void NodeTalk::offer(const domain::QueueName& queue, std::size_t lanes) {
  peers_.tell_all(std::move(Saying("offer")
                                .add("queue", queue.value())
                                .add("lanes", static_cast<std::uint64_t>(lanes)))
                      .text());
}

// Each in its turn: the one with most of it left.
std::optional<std::string> NodeTalk::next_offerer(const domain::QueueName& queue) {
  const std::lock_guard lock(mutex_);
  const auto offers = offers_.find(queue);
  if (offers == offers_.end()) return std::nullopt;
  const auto most =
      std::ranges::max_element(offers->second, {}, [](const auto& offer) { return offer.second; });
  std::string node = most->first;
  if (--most->second == 0) offers->second.erase(most);
  if (offers->second.empty()) offers_.erase(offers);
  return node;
}

bool NodeTalk::fetch(Claim& claim) {
  unclaim_again();
  std::optional<std::string> node = next_offerer(claim.queue);
  if (!node) return false;
  const std::string ticket = fmt::format("{:016x}{:016x}", random_.next(), random_.next());
  Saying saying("claim");
  saying.add("queue", claim.queue.value())
      .add("max", static_cast<std::uint64_t>(claim.max))
      .add("lease", count_of(claim.lease))
      .add("ticket", ticket);
  peers_.ask(ports::Peers::Node{*node}, std::move(saying).text(), kFetchPatience,
             [this, node = *node, ticket,
              claim = std::move(claim)](const base::Result<std::string>& answer) mutable {
               // It may have been done all the same, or be done later.
               const base::MonoTime now = clock_.mono();
               if (!answer) unclaim({node, ticket, now, now + kUnclaims});
               fetched(std::move(claim), answer);
             });
  return true;
}

void NodeTalk::unclaim(Unheard claim) {
  const ports::Peers::Node node{claim.node};
  std::string text = std::move(Saying("unclaim").add("ticket", claim.ticket)).text();
  peers_.ask(node, std::move(text), kPatience,
             [this, claim = std::move(claim)](const base::Result<std::string>& answer) mutable {
               claim.next = clock_.mono() + kNextUnclaim;
               if (answer || claim.next >= claim.until) return;
               const std::lock_guard lock(mutex_);
               unheard_.push_back(std::move(claim));
             });
}

// When there is a sign that others may hear it.
void NodeTalk::unclaim_again() {
  std::vector<Unheard> due;
  {
    const std::lock_guard lock(mutex_);
    const base::MonoTime now = clock_.mono();
    const auto later =
        std::ranges::partition(unheard_, [now](const Unheard& claim) { return claim.next > now; });
    std::ranges::move(later, std::back_inserter(due));
    unheard_.erase(later.begin(), later.end());
  }
  for (Unheard& claim : due) unclaim(std::move(claim));
}

std::shared_ptr<NodeTalk::Lent> NodeTalk::lend(const std::string& ticket) {
  const base::MonoTime now = clock_.mono();
  const std::lock_guard lock(mutex_);
  while (!lent_until_.empty() && lent_until_.front().first <= now) {
    lent_.erase(lent_until_.front().second);
    lent_until_.pop_front();
  }
  const auto [lent, is_new] = lent_.try_emplace(ticket);
  if (is_new) {
    lent->second = std::make_shared<Lent>();
    lent_until_.emplace_back(now + kLent, ticket);
  }
  return lent->second;
}

void NodeTalk::hear_unclaim(const Said& said) {
  const std::shared_ptr<Lent> lent = lend(said.text("ticket"));
  std::vector<Handed> given;
  {
    const std::lock_guard lock(mutex_);
    lent->unwanted = true;
    given.swap(lent->given);
  }
  take_back(std::move(given));
}

// Answered at once, with what there is.
void NodeTalk::hear_claim(const Said& said, ports::Peers::Answer answer) {
  Claim claim;
  claim.queue = domain::QueueName(said.text("queue"));
  claim.max = std::max<std::size_t>(said.number("max"), 1);
  claim.lease = base::Millis(said.number("lease"));
  claim.passed_on = true;
  const std::shared_ptr<Lent> lent = lend(said.text("ticket"));
  claim.gone = [this, lent] {
    const std::lock_guard lock(mutex_);
    return lent->unwanted;
  };
  claim.answer = [this, lent,
                  answer = std::move(answer)](base::Result<std::vector<Claim::Given>> all) mutable {
    if (!all) return answer(base::fail(std::move(all.error())));
    std::vector<Handed> handed;
    std::vector<Saying> given;
    for (const Claim::Given& one : *all) {
      handed.push_back({one.task.id, one.lease, one.until});
      given.push_back(std::move(Saying("task")
                                    .add("id", one.task.id.value())
                                    .add("lease", one.lease)
                                    .add("until", static_cast<std::uint64_t>(one.until.ms()))));
    }
    {
      const std::lock_guard lock(mutex_);
      // Otherwise nothing is left of it here.
      if (!lent->unwanted) lent->given = std::exchange(handed, {});
    }
    take_back(std::move(handed));
    answer(text_of(std::move(given)));
  };
  dispatcher_->claim(std::move(claim));
}

std::vector<NodeTalk::Handed> NodeTalk::handed_in(std::string_view answer) {
  std::vector<Handed> all;
  for (const Said& said : all_said(answer)) {
    all.push_back({domain::TaskId(said.text("id")), said.text("lease"),
                   base::WallTime::from_ms(static_cast<std::int64_t>(said.number("until")))});
  }
  return all;
}

void NodeTalk::fetched(Claim claim, const base::Result<std::string>& answer) {
  std::vector<Handed> all = answer ? handed_in(*answer) : std::vector<Handed>();
  // Others may have something, or it waits here on.
  if (all.empty()) return dispatcher_->claim(std::move(claim));
  if (claim.left()) return give_back(std::move(all));
  hand_over(std::move(claim), std::move(all));
}

// A worker gets the tasks as they are kept.
void NodeTalk::hand_over(Claim claim, std::vector<Handed> all) {
  readers_.run([this, claim = std::move(claim),
                all = std::move(all)](base::Result<ports::Reads> reads) mutable {
    auto given = reads ? read_handed(*reads, all) : base::fail(std::move(reads.error()));
    if (!given) give_back(std::move(all));
    claim.answer(std::move(given));
  });
}

base::Result<std::vector<Claim::Given>> NodeTalk::read_handed(const ports::Reads& reads,
                                                              const std::vector<Handed>& all) {
  std::vector<Claim::Given> given;
  given.reserve(all.size());
  for (const Handed& one : all) {
    auto task = reads.tasks.find(one.id);
    if (!task) return base::fail(std::move(task.error()));
    if (*task) given.push_back({std::move(**task), one.lease, one.until});
  }
  return given;
}

// Of what this node has given itself.
void NodeTalk::take_back(std::vector<Handed> all) {
  for (Handed& one : all) {
    LeaseWord word;
    word.id = std::move(one.id);
    word.lease = std::move(one.lease);
    word.word = LeaseWord::Return{};
    word.passed_on = true;
    word.answer = [](const base::Result<void>& /*done*/) {};
    dispatcher_->say(std::move(word));
  }
}

void NodeTalk::give_back(std::vector<Handed> all) {
  for (Handed& one : all) {
    pass_on({std::move(one.id), std::move(one.lease), LeaseWord::Return{},
             [](const base::Result<void>& /*done*/) {}});
  }
}

// --- events ---

void NodeTalk::speak_for(Events& events) {
  events_ = &events;
  events.share({[this] { peers_.tell_all(Saying("listen").text()); },
                [this](std::span<const Event> happened) { tell(happened); }});
}

bool NodeTalk::has_listeners() {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [now = clock_.mono()](const auto& one) { return one.second < now; });
  return !listeners_.empty();
}

void NodeTalk::tell(std::span<const Event> events) {
  if (!has_listeners()) return;
  while (!events.empty()) {
    const std::span<const Event> some = events.first(std::min(events.size(), kEventsAtOnce));
    peers_.tell_all(std::move(Saying("events").add("events", text_of(some))).text());
    events = events.subspan(some.size());
  }
}

// --- how lanes stand ---

void NodeTalk::ask_views(std::move_only_function<void(QueueViews)> answer) {
  peers_.ask_all(Saying("views").text(), kLookPatience,
                 [answer = std::move(answer)](const std::vector<std::string>& all) mutable {
                   QueueViews views;
                   for (const std::string& one : all) add_views(views, views_in(one));
                   answer(std::move(views));
                 });
}

void NodeTalk::ask_lanes(const domain::QueueName& queue, LaneFilter filter, std::size_t limit,
                         bool held, std::move_only_function<void(domain::LaneViews)> answer) {
  Saying saying("lanes");
  saying.add("queue", queue.value())
      .add("filter", static_cast<std::uint64_t>(filter))
      .add("limit", std::uint64_t{limit})
      .add("held", std::uint64_t{held});
  peers_.ask_all(
      std::move(saying).text(), kLookPatience,
      [this, limit, answer = std::move(answer)](const std::vector<std::string>& all) mutable {
        domain::LaneViews lanes;
        for (const std::string& one : all) {
          add_lanes(lanes, lanes_in(one, clock_.mono()), limit);
        }
        answer(std::move(lanes));
      });
}

void NodeTalk::hear_views(ports::Peers::Answer answer) {
  dispatcher_->look(
      [answer = std::move(answer)](const domain::LaneBoard& board, const auto& /*dead*/) mutable {
        answer(text_of(views_of(board)));
      });
}

void NodeTalk::hear_lanes(const Said& said, ports::Peers::Answer answer) {
  dispatcher_->look(
      [this, queue = domain::QueueName(said.text("queue")),
       filter = static_cast<LaneFilter>(said.number("filter")), limit = said.number("limit"),
       held = said.number("held") != 0,
       answer = std::move(answer)](const domain::LaneBoard& board, const auto& /*dead*/) mutable {
        answer(text_of(lanes_on(board, queue, filter, limit, held), clock_.mono()));
      });
}

// --- hearing ---

bool NodeTalk::hear(const std::string& question, ports::Peers::Answer& answer) {
  const auto said = Said::parse(question);
  if (!said) return false;
  const std::string what = said->what();
  if (what == "word") {
    hear_word(*said, std::move(answer));
  } else if (what == "changed") {
    hear_change(*said);
    answer("");
  } else if (what == "claim") {
    hear_claim(*said, std::move(answer));
  } else if (what == "unclaim") {
    hear_unclaim(*said);
    answer("");
  } else if (what == "views") {
    hear_views(std::move(answer));
  } else if (what == "lanes") {
    hear_lanes(*said, std::move(answer));
  } else {
    return false;
  }
  return true;
}

bool NodeTalk::hear_news(const std::string& from, const std::string& news) {
  const auto said = Said::parse(news);
  if (!said) return false;
  unclaim_again();
  const std::string what = said->what();
  if (what == "paused") {
    dispatcher_->note_pauses();
  } else if (what == "offer") {
    const domain::QueueName queue(said->text("queue"));
    const auto lanes = std::max<std::size_t>(said->number("lanes"), 1);
    {
      const std::lock_guard lock(mutex_);
      offers_[queue][from] = lanes;
    }
    dispatcher_->note_offer(queue, lanes);
  } else if (what == "listen") {
    if (events_ == nullptr) return true;
    {
      const std::lock_guard lock(mutex_);
      listeners_[from] = clock_.mono() + kListening;
    }
    events_->want();
  } else if (what == "events") {
    if (events_ != nullptr) events_->publish_others(events_in(said->text("events")));
  } else {
    return false;
  }
  return true;
}

void NodeTalk::news_missed() {
  unclaim_again();
  dispatcher_->note_pauses();
  if (events_ != nullptr && events_->subscribers() > 0) events_->miss_others();
}

}  // namespace ordo::app
