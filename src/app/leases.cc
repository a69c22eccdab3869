// Work that is done elsewhere: workers claim tasks, hold them by a lease, and say how they ended.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "app/dispatcher.h"

namespace ordo::app {
namespace {

// A lease names its task, so that it is found again: "<sequence>-<random>".
std::optional<domain::Sequence> sequence_of(const std::string& lease) {
  std::uint64_t sequence = 0;
  const char* const end = lease.data() + lease.size();
  const auto [stop, error] = std::from_chars(lease.data(), end, sequence);
  if (error != std::errc() || stop == end || *stop != '-') return std::nullopt;
  return domain::Sequence(sequence);
}

}  // namespace

base::Result<void> Dispatcher::lost() {
  return base::fail(base::ErrorCode::conflict,
                    "the lease was lost: another attempt has begun, or the task has ended");
}

void Dispatcher::claim(Claim claim) {
  const std::size_t waiting = std::min<std::size_t>(waiting_claims_, kMaxClaims);
  if (put(&Inbox::claims, claim, kMaxClaims - waiting)) return;
  claim.answer(base::fail(base::ErrorCode::busy, "too many workers wait; try again soon"));
}

void Dispatcher::say(LeaseWord word) {
  if (put(&Inbox::words, word, kMaxWords)) return;
  word.answer(base::fail(base::ErrorCode::busy, "too many outcomes wait; try again soon"));
}

void Dispatcher::take(LeaseWord word) {
  const std::optional<domain::Sequence> sequence = sequence_of(word.lease);
  Flight* const flight = sequence ? flights_.with_task(*sequence) : nullptr;
  if (flight == nullptr || !flight->lease_until) return not_here(std::move(word));
  const auto task = std::ranges::find(flight->tasks, *sequence, &FlightTask::sequence);
  if (task == flight->tasks.end() || task->lease != word.lease || task->id != word.id) {
    return word.answer(lost());
  }
  const auto at = static_cast<std::size_t>(task - flight->tasks.begin());
  if (at < flight->told) return word.answer(lost());
  if (const auto* const extend = std::get_if<LeaseWord::Extend>(&word.word)) {
    if (task->cancelled) {
      if (at > flight->told) return word.answer(lost());
      // The worker hears so, and has nothing more to say of it.
      own(*flight, flight->told++, domain::Released{}, std::move(word.answer));
      return close_if_silent(*flight);
    }
    // The longer of the two holds until this is durable: nobody else may be given the task before.
    const base::MonoTime to = parts_.clock.mono() + extend->by;
    hold_lease(*flight, std::max(*flight->lease_until, to));
    const base::WallTime until = parts_.clock.wall() + extend->by;
    for (std::size_t i = flight->told; i < flight->tasks.size(); ++i) {
      write(ports::ExtendLease{flight->tasks[i].sequence, flight->tasks[i].attempt, until,
                               extend->by, flight->by},
            {.flight = flight->id, .task = i, .extends_to = to});
    }
    // Not the one of a task before it: it may have been cancelled meanwhile.
    own_[own_.size() - flight->tasks.size() + at].answer = std::move(word.answer);
    return;
  }
  if (at > flight->told) {
    return word.answer(base::fail(
        base::ErrorCode::conflict,
        fmt::format("the tasks of a lane are done in their order: say first how {} ended",
                    flight->tasks[flight->told].id.value())));
  }
  if (std::holds_alternative<LeaseWord::Return>(word.word)) {
    own(*flight, flight->told++, domain::Released{}, std::move(word.answer));
    release_rest(*flight);
  } else if (auto* const success = std::get_if<domain::Succeeded>(&word.word)) {
    own(*flight, flight->told++, std::move(*success), std::move(word.answer));
  } else {
    fail_rest(*flight, std::get<domain::Failure>(word.word), std::move(word.answer));
  }
  close_if_silent(*flight);
}

// Another node may have it, or this one is about to: a lane comes with what is under way in it.
void Dispatcher::not_here(LeaseWord word) {
  if (parts_.others != nullptr && !word.passed_on) return parts_.others->pass_on(std::move(word));
  if (!lanes_ || !lanes_->is_coming()) return word.answer(lost());
  word.answer(base::fail(base::ErrorCode::unavailable,
                         "lanes are being taken over from another node; try again soon"));
}

void Dispatcher::hold_lease(Flight& flight, base::MonoTime until) {
  leases_.erase({flight.lease_until.value_or(until), flight.id.value()});
  flight.lease_until = until;
  leases_.emplace(until, flight.id.value());
}

void Dispatcher::drop_lease(const Flight& flight) {
  if (flight.lease_until) leases_.erase({*flight.lease_until, flight.id.value()});
}

void Dispatcher::expire_leases(base::MonoTime now) {
  while (!leases_.empty() && leases_.begin()->first <= now) {
    Flight* const flight = flights_.find(ports::InvocationId(leases_.begin()->second));
    leases_.erase(leases_.begin());
    if (flight == nullptr) continue;
    flight->lease_until.reset();
    if (flight->told == flight->tasks.size()) continue;
    domain::Failure failure{"LeaseLost", "the worker's lease ran out"};
    failure.lost = true;
    fail_rest(*flight, failure);
    close_if_silent(*flight);
  }
}

void Dispatcher::expire_claims(base::MonoTime now) {
  for (auto& [queue, claims] : claims_) {
    std::deque<Claim> left;
    // One that waits for nothing is tried once all the same.
    const bool work = board_.can_take(queue) && !stopping_;
    for (Claim& claim : claims) {
      if (claim.left()) continue;
      const bool over = stopping_ || claim.deadline <= now;
      if (over && (claim.tried || !work)) {
        claim.answer(std::vector<Claim::Given>{});
      } else {
        claim.tried = true;
        left.push_back(std::move(claim));
      }
    }
    claims = std::move(left);
  }
  count_claims();
}

bool Dispatcher::serve_claim(Line& line) {
  const domain::Queue& queue = *line.queue;
  std::deque<Claim>& waiting = claims_[queue.name];
  while (!waiting.empty() && waiting.front().left()) waiting.pop_front();
  if (waiting.empty()) return false;
  const base::WallTime wall = parts_.clock.wall();
  ServedClaim served;
  served.first = turn_.starting.size();
  std::size_t room = waiting.front().max;
  while (room > 0) {
    auto taken = take_lane(queue.name, std::min<std::size_t>(room, queue.batch_size));
    if (!taken) break;
    Flight flight = flight_of(line, std::move(*taken));
    flight.lease_until = parts_.clock.mono() + waiting.front().lease;
    flight.lease_wall = wall + waiting.front().lease;
    for (FlightTask& task : flight.tasks) {
      task.lease = new_lease(task.sequence);
      turn_.starts.emplace_back(ports::StartAttempt{
          task.sequence, wall, domain::Lease{task.lease, flight.lease_wall, waiting.front().lease},
          flight.by});
    }
    room -= flight.tasks.size();
    turn_.starting.push_back(std::move(flight));
    ++served.count;
  }
  if (served.count == 0) return false;
  served.claim = std::move(waiting.front());
  waiting.pop_front();
  // What is left is offered anew.
  if (served.claim.passed_on) offered_.erase(queue.name);
  turn_.served.push_back(std::move(served));
  return true;
}

std::string Dispatcher::new_lease(domain::Sequence sequence) {
  return fmt::format("{}-{:016x}{:016x}", sequence.value(), parts_.random.next(),
                     parts_.random.next());
}

}  // namespace ordo::app
