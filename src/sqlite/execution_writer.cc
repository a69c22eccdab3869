#include "sqlite/execution_writer.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/digest.h"
#include "sqlite/execution_rows.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;

// Definitions are few; a program that makes them up must not fill the memory.
constexpr std::size_t kMaxKnownDefinitions = 1000;

}  // namespace

base::Result<void> ExecutionWriter::prepare() {
  const std::pair<Statement*, std::string> statements[] = {
      {&known_,
       fmt::format("SELECT {} FROM executions WHERE pipeline = ? AND name = ?", kRecordColumns)},
      {&insert_,
       "INSERT INTO executions (id, pipeline, name, status, started_at, redrives, definition, "
       "last_event, input, parent) VALUES (?, ?, ?, 0, ?, 0, ?, 0, ?, ?) RETURNING n"},
      {&find_definition_, "SELECT n FROM definitions WHERE digest = ?"},
      {&insert_definition_, "INSERT INTO definitions (digest, text) VALUES (?, ?) RETURNING n"},
      {&open_,
       "INSERT INTO running (n, next_event, deadline, wake_at, idle) VALUES (?, ?, ?, ?, ?)"},
      {&go_on_,
       "UPDATE running SET next_event = ?, deadline = ?, wake_at = ?, idle = ? WHERE n = ?"},
      {&close_, "DELETE FROM running WHERE n = ?"},
      {&put_frame_, "INSERT OR REPLACE INTO frames (key, text) VALUES (?, ?)"},
      {&drop_frame_, "DELETE FROM frames WHERE key = ?"},
      {&drop_frames_, "DELETE FROM frames WHERE key BETWEEN ? AND ?"},
      // A step may be written again.
      {&put_events_,
       "INSERT INTO history (key, events) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"},
      {&end_,
       "UPDATE executions SET status = ?, stopped_at = ?, last_event = ?, output = ?, error = ?, "
       "cause = ? WHERE n = ?"},
      {&redrive_,
       "UPDATE executions SET status = 0, stopped_at = NULL, error = NULL, cause = NULL, "
       "redrives = ?, redriven_at = ? WHERE n = ? AND status >= 2"},
      {&status_, "SELECT status FROM executions WHERE n = ?"},
      {&expirable_,
       "SELECT n, length(CAST(input AS BLOB)) + coalesce(length(CAST(output AS BLOB)), 0) + "
       "coalesce(length(CAST(error AS BLOB)), 0) + coalesce(length(CAST(cause AS BLOB)), 0) "
       "FROM executions INDEXED BY executions_ended WHERE status >= 1 AND stopped_at < ? "
       "ORDER BY stopped_at"},
      {&drop_, "DELETE FROM executions WHERE n = ?"},
      {&forget_, "INSERT INTO forgotten (n) VALUES (?)"},
      {&forgotten_, "SELECT n FROM forgotten ORDER BY n LIMIT 1"},
      {&is_forgotten_whole_, "DELETE FROM forgotten WHERE n = ?"},
      {&left_events_,
       "SELECT n, length(CAST(events AS BLOB)) FROM history WHERE key BETWEEN ? AND ? ORDER BY "
       "key"},
      {&drop_events_, "DELETE FROM history WHERE n = ?"},
      {&left_frames_,
       "SELECT key, length(CAST(text AS BLOB)) FROM frames WHERE key BETWEEN ? AND ? ORDER BY key"},
      {&note_firing_, "INSERT OR REPLACE INTO firings (pipeline, at, schedule) VALUES (?, ?, ?)"},
      {&pause_, "INSERT OR IGNORE INTO paused_pipelines (pipeline) VALUES (?)"},
      {&resume_, "DELETE FROM paused_pipelines WHERE pipeline = ?"},
  };
  return prepare_all(writing_.connection, statements);
}

base::Result<std::int64_t> ExecutionWriter::definition_number(const std::string& definition) {
  const base::Digest digest = base::sha256(definition);
  const std::string key(digest.begin(), digest.end());
  if (const auto known = definitions_.find(key); known != definitions_.end()) return known->second;
  const ResetAtEnd reset_find(find_definition_);
  const ResetAtEnd reset_insert(insert_definition_);
  Statement* from = &find_definition_;
  base::Result<bool> row = find_definition_.bind_blob(key).step("find a definition");
  if (row && !*row) {
    from = &insert_definition_;
    row = insert_definition_.bind_blob(key)
              .bind(std::string_view(definition))
              .step("add a definition");
  }
  if (!row) return base::fail(row.error());
  const std::int64_t number = from->integer(0);
  if (definitions_.size() >= kMaxKnownDefinitions) definitions_.clear();
  definitions_.emplace(key, number);
  return number;
}

base::Result<void> ExecutionWriter::apply_one(const ports::StartExecution& start,
                                              ports::WriteAnswer& answer) {
  const ports::ExecutionRecord& record = start.record;
  {
    const ResetAtEnd reset(known_);
    known_.bind(std::string_view(record.pipeline.value())).bind(std::string_view(record.name));
    const base::Result<bool> known = known_.step("look for an execution");
    if (!known) return base::fail(known.error());
    if (*known) {
      ports::ExecutionRecord there = read_record(known_);
      if (there.input != record.input) {
        answer = base::fail(ErrorCode::conflict,
                            fmt::format("pipeline \"{}\" has an execution \"{}\" already, with "
                                        "another input",
                                        record.pipeline.value(), record.name));
      } else {
        answer = ports::ExecutionKnown{std::move(there)};
      }
      return {};
    }
  }
  const base::Result<std::int64_t> definition = definition_number(*start.definition);
  if (!definition) return base::fail(definition.error());
  domain::ExecutionNumber number;
  {
    const ResetAtEnd reset(insert_);
    insert_.bind(std::string_view(record.id.value()))
        .bind(std::string_view(record.pipeline.value()))
        .bind(std::string_view(record.name))
        .bind(record.started_at)
        .bind(*definition)
        .bind(std::string_view(record.input))
        .bind(record.parent);
    const base::Result<bool> row = insert_.step("add an execution");
    if (!row) return base::fail(row.error());
    number = domain::ExecutionNumber(static_cast<std::uint64_t>(insert_.integer(0)));
  }
  const ports::ExecutionStep& step = *start.step;
  const auto opened = open_.bind(raw(number))
                          .bind(static_cast<std::int64_t>(step.next_event))
                          .bind(step.deadline)
                          .bind(step.wake)
                          .bind(std::int64_t{step.idle})
                          .run("open an execution");
  if (!opened) return opened;
  writing_.changed = true;
  if (const auto written = write_step(number, step); !written) return written;
  answer = ports::ExecutionStarted{number};
  return {};
}

base::Result<void> ExecutionWriter::apply_one(const ports::AdvanceExecution& advance,
                                              ports::WriteAnswer& answer) {
  const ports::ExecutionStep& step = *advance.step;
  const auto bind_state = [&](Statement& statement) -> Statement& {
    return statement.bind(static_cast<std::int64_t>(step.next_event))
        .bind(step.deadline)
        .bind(step.wake)
        .bind(std::int64_t{step.idle});
  };
  base::Result<void> done;
  if (step.redrive) {
    done = redrive_.bind(std::int64_t{step.redrive->count})
               .bind(step.redrive->at)
               .bind(raw(advance.number))
               .run("redrive an execution");
  } else {
    done = bind_state(go_on_).bind(raw(advance.number)).run("advance an execution");
  }
  if (!done) return done;
  if (writing_.connection.changes() == 0) {
    const ResetAtEnd reset(status_);
    const base::Result<bool> there = status_.bind(raw(advance.number)).step("find an execution");
    if (!there) return base::fail(there.error());
    answer = *there ? base::fail(ErrorCode::conflict, step.redrive ? "the execution has not failed"
                                                                   : "the execution has ended")
                    : base::fail(ErrorCode::not_found, "there is no such execution");
    return {};
  }
  if (step.redrive) {
    open_.bind(raw(advance.number));
    if (const auto opened = bind_state(open_).run("open an execution"); !opened) return opened;
  }
  writing_.changed = true;
  if (const auto written = write_step(advance.number, step); !written) return written;
  answer = ports::Noted{};
  return {};
}

base::Result<void> ExecutionWriter::write_step(domain::ExecutionNumber number,
                                               const ports::ExecutionStep& step) {
  const bool all_gone = step.end && step.end->status == states::Status::succeeded;
  if (all_gone) {
    const auto dropped = drop_frames_.bind(part_key(number, 0))
                             .bind(part_key(number, kMostParts - 1))
                             .run("drop an execution's frames");
    if (!dropped) return dropped;
  } else {
    for (const states::FrameId id : step.removed) {
      const auto dropped = drop_frame_.bind(part_key(number, id)).run("drop a frame");
      if (!dropped) return dropped;
    }
    for (const ports::ExecutionStep::Frame& frame : step.frames) {
      const auto put = put_frame_.bind(part_key(number, frame.id))
                           .bind(std::string_view(frame.text))
                           .run("keep a frame");
      if (!put) return put;
    }
  }
  if (step.first_event != 0) {
    const auto put = put_events_.bind(part_key(number, step.first_event))
                         .bind(std::string_view(step.events))
                         .run("keep a history");
    if (!put) return put;
  }
  return step.end ? write_end(number, step) : base::Result<void>();
}

base::Result<void> ExecutionWriter::write_end(domain::ExecutionNumber number,
                                              const ports::ExecutionStep& step) {
  const ports::ExecutionStep::End& end = *step.end;
  const auto text = [](const std::string& value) {
    return value.empty() ? std::optional<std::string>() : value;
  };
  const std::optional<std::string> output = text(end.output);
  const std::optional<std::string> error = text(end.error);
  const std::optional<std::string> cause = text(end.cause);
  const auto ended = end_.bind(static_cast<std::int64_t>(end.status))
                         .bind(end.at)
                         .bind(static_cast<std::int64_t>(step.next_event - 1))
                         .bind(output)
                         .bind(error)
                         .bind(cause)
                         .bind(raw(number))
                         .run("end an execution");
  if (!ended) return ended;
  return close_.bind(raw(number)).run("close an execution");
}

base::Result<void> ExecutionWriter::apply_one(const ports::NoteFiring& firing,
                                              ports::WriteAnswer& answer) {
  const auto noted = note_firing_.bind(std::string_view(firing.pipeline.value()))
                         .bind(firing.at)
                         .bind(std::string_view(firing.schedule))
                         .run("note a firing");
  if (!noted) return noted;
  writing_.changed = true;
  answer = ports::Noted{};
  return {};
}

base::Result<void> ExecutionWriter::apply_one(const ports::PausePipeline& pause,
                                              ports::WriteAnswer& answer) {
  const auto done = (pause.paused ? pause_ : resume_)
                        .bind(std::string_view(pause.pipeline.value()))
                        .run("pause a pipeline");
  if (!done) return done;
  writing_.changed = true;
  answer = ports::Noted{};
  return {};
}

base::Result<void> ExecutionWriter::expire(base::WallTime ended_before, ports::ExpiryBite& left) {
  if (const auto swept = sweep(left); !swept || left.is_eaten()) return swept;
  std::vector<std::int64_t> due;
  expirable_.bind(ended_before);
  if (const auto found = bite_off(expirable_, left, due); !found) return found;
  for (const std::int64_t number : due) {
    if (const auto dropped = drop_.bind(number).run("drop an execution"); !dropped) return dropped;
    if (const auto noted = forget_.bind(number).run("forget an execution"); !noted) return noted;
    writing_.changed = true;
  }
  return sweep(left);
}

// Of those that are forgotten, what is left.
base::Result<void> ExecutionWriter::sweep(ports::ExpiryBite& left) {
  while (!left.is_eaten()) {
    domain::ExecutionNumber number;
    {
      const ResetAtEnd reset(forgotten_);
      const base::Result<bool> row = forgotten_.step("look for a forgotten execution");
      if (!row) return base::fail(row.error());
      if (!*row) return {};
      number = domain::ExecutionNumber(static_cast<std::uint64_t>(forgotten_.integer(0)));
    }
    for (auto [parts, drop] :
         {std::pair(&left_events_, &drop_events_), std::pair(&left_frames_, &drop_frame_)}) {
      if (const auto dropped = drop_some(number, *parts, *drop, left); !dropped) return dropped;
      // Whether there are more is seen in the next bite.
      if (left.is_eaten()) return {};
    }
    const auto done = is_forgotten_whole_.bind(raw(number)).run("forget an execution");
    if (!done) return done;
    writing_.changed = true;
  }
  return {};
}

base::Result<void> ExecutionWriter::drop_some(domain::ExecutionNumber number, Statement& parts,
                                              Statement& drop, ports::ExpiryBite& left) {
  std::vector<std::int64_t> keys;
  parts.bind(part_key(number, 0)).bind(part_key(number, kMostParts - 1));
  if (const auto found = bite_off(parts, left, keys); !found) return found;
  for (const std::int64_t key : keys) {
    if (const auto dropped = drop.bind(key).run("drop a part"); !dropped) return dropped;
    writing_.changed = true;
  }
  return {};
}

base::Result<void> ExecutionWriter::bite_off(Statement& due, ports::ExpiryBite& left,
                                             std::vector<std::int64_t>& keys) {
  const ResetAtEnd reset(due);
  // How large a text is can only be told by reading it: none is looked at that is not taken.
  while (!left.is_eaten()) {
    const base::Result<bool> row = due.step("look for what has expired");
    if (!row) return base::fail(row.error());
    if (!*row) break;
    keys.push_back(due.integer(0));
    left.take(static_cast<std::size_t>(due.integer(1)));
  }
  return {};
}

}  // namespace ordo::sqlite
