// What is promised, checked at every commit and every start.
#include <fmt/format.h>

#include <algorithm>

#include "sim/world.h"

namespace ordo::sim {

void World::see(const ports::Write& write, const ports::WriteAnswer& answer) {
  if (!answer) return;
  if (const auto* add = std::get_if<ports::AddTask>(&write)) {
    if (const auto* added = std::get_if<ports::Added>(&*answer)) {
      see_open(domain::accepted(add->task, added->sequence));
    }
    return;
  }
  if (const auto* end = std::get_if<ports::EndAttempt>(&write)) return see_end(*end);
  if (const auto* changed = std::get_if<ports::Changed>(&*answer)) {
    const domain::Task& task = changed->task;
    if (task.status == domain::TaskStatus::cancelled) {
      note(fmt::format("#{} is cancelled", task.sequence.value()));
      see_closed(task.sequence);
    } else if (const auto known = open_.find(task.sequence); known != open_.end()) {
      known->second.priority = task.content.priority;
      note(fmt::format("#{} is {}", task.sequence.value(), name_of(task.content.priority)));
    }
  } else if (const auto* removed = std::get_if<ports::Removed>(&*answer)) {
    note(fmt::format("#{} is removed", removed->place.sequence.value()));
    see_closed(removed->place.sequence);
    gone_.insert(std::get<ports::RemoveTask>(write).id);
  } else if (const auto* requeued = std::get_if<ports::Requeued>(&*answer)) {
    see_open(requeued->task);
  } else if (const auto* redriven = std::get_if<ports::Redriven>(&*answer)) {
    for (const auto& [id, place] : redriven->tasks) {
      domain::Task task;
      task.id = id;
      task.sequence = place.sequence;
      task.queue = place.queue;
      task.lane = place.lane;
      task.content.priority = place.priority;
      see_open(task);
    }
  }
}

void World::see_open(const domain::Task& task) {
  note(fmt::format("{} #{} waits in {}/{}, {}", task.id.value(), task.sequence.value(),
                   task.queue.value(), task.lane.value(), name_of(task.content.priority)));
  const Lane lane{task.queue, task.lane};
  open_[task.sequence] = {lane, task.content.priority, task.id};
  open_by_lane_[lane].insert(task.sequence);
}

void World::see_closed(domain::Sequence sequence) {
  const auto known = open_.find(sequence);
  if (known == open_.end()) return;
  open_by_lane_[known->second.lane].erase(sequence);
  open_.erase(known);
}

void World::see_end(const ports::EndAttempt& end) {
  if (std::holds_alternative<domain::Succeeded>(end.verdict)) {
    note(fmt::format("#{} succeeded", end.sequence.value()));
    if (!successes_.contains({end.sequence, end.attempt})) {
      broken(fmt::format("#{} is succeeded, but no handler said so", end.sequence.value()));
    }
    see_closed(end.sequence);
  } else if (std::holds_alternative<domain::Died>(end.verdict)) {
    note(fmt::format("#{} died", end.sequence.value()));
    if (const auto known = open_.find(end.sequence); known != open_.end()) {
      died_.insert(known->second.id);
    }
    see_closed(end.sequence);
  } else {
    const auto* const retried = std::get_if<domain::Retried>(&end.verdict);
    if (retried != nullptr && told_at_.contains(end.sequence)) {
      not_before_[end.sequence] = told_at_.at(end.sequence) + (retried->next_attempt_at - end.now);
    }
    note(fmt::format("#{} {}", end.sequence.value(),
                     retried != nullptr ? "is to be retried" : "is released"));
  }
}

// A lane's next tasks, and no other, start: all before them have come to their end.
void World::check_start(const std::vector<domain::Task>& tasks, const domain::Queue& queue) {
  const Lane lane{tasks.front().queue, tasks.front().lane};
  std::vector<domain::Sequence> due(open_by_lane_[lane].begin(), open_by_lane_[lane].end());
  if (queue.ordering == domain::Ordering::priority) {
    std::ranges::stable_sort(due, std::greater<>(), [this](domain::Sequence sequence) {
      return open_.at(sequence).priority;
    });
  }
  std::size_t at = 0;
  for (const domain::Task& task : tasks) {
    note(fmt::format("{} #{} starts, attempt {}, in {}/{}", task.id.value(), task.sequence.value(),
                     task.attempts, task.queue.value(), task.lane.value()));
    // In a run, what was cancelled between is left out.
    if (at >= due.size() || due[at] != task.sequence) {
      broken(fmt::format("{} starts out of its order in {}", task.id.value(), lane.second.value()));
    }
    ++at;
    const auto due_at = not_before_.find(task.sequence);
    if (due_at != not_before_.end() && clock_.mono() < due_at->second) {
      broken(fmt::format("{} is retried before its pause is over", task.id.value()));
    }
    not_before_.erase(task.sequence);
    if (task.attempts > 1 && tasks.size() > 1) {
      broken(fmt::format("{} has failed, and is tried together with others", task.id.value()));
    }
    if (task.attempts > task.max_attempts) {
      broken(fmt::format("{} starts for the {}th time", task.id.value(), task.attempts));
    }
    const bool single =
        tasks.size() == 1 && queue.batch_size == 1 && queue.handoff == domain::Handoff::strict;
    if (++starts_[task.sequence] > task.max_attempts && single) {
      broken(fmt::format("{} was started more often than may be", task.id.value()));
    }
  }
}

void World::check_end() {
  for (const domain::TaskId& id : accepted_) {
    const auto found = kept_->find(id);
    if (!found || !*found) {
      if (!gone_.contains(id)) broken(id.value() + " is lost");
      continue;
    }
    if (!domain::is_finished((*found)->status)) broken(id.value() + " has not ended");
  }
  std::set<std::string> noticed;
  const auto notices = kept_->notices(0, 1'000'000);
  for (const domain::TaskId& id : died_) {
    const std::string name = "\"task_id\":\"" + id.value() + "\"";
    const bool told = std::ranges::any_of(*notices, [&](const ports::Notice& notice) {
      return notice.data.find(name) != std::string::npos;
    });
    if (!told && !id.value().empty()) broken(id.value() + " died and nobody is told");
  }
  const auto counts = kept_->counts();
  if (counts->of(domain::TaskStatus::running) != 0) broken("something runs for ever");
}

}  // namespace ordo::sim
