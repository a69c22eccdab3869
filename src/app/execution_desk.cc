#include "app/execution_desk.h"

#include <utility>
#include <variant>

#include "app/schedules.h"

namespace ordo::app {
namespace {

constexpr base::Millis kOwnerPatience{10'000};

// That of a question of another node, which wants to know no more than that it is done.
Executions::Answer<std::monostate> plain(ports::Peers::Answer answer) {
  return [answer = std::move(answer)](base::Result<std::monostate> done) mutable {
    answer(done ? base::Result<std::string>("") : base::fail(std::move(done.error())));
  };
}

}  // namespace

void ExecutionDesk::ask(Saying question, Answer<std::monostate> answer) {
  parts_.peers->ask(ports::Peers::PipelineOwner{}, std::move(question).text(), kOwnerPatience,
                    [answer = std::move(answer)](base::Result<std::string> said) mutable {
                      if (!answer) return;
                      if (!said) return answer(base::fail(std::move(said.error())));
                      answer(std::monostate());
                    });
}

void ExecutionDesk::start(Executions::StartOrder order) {
  Executions* const here = here_;
  if (here != nullptr || parts_.peers == nullptr) return here->start(std::move(order));
  Saying question("execution.start");
  question.add("pipeline", order.pipeline.value())
      .add("name", order.name)
      .add("input", order.input);
  parts_.peers->ask(
      ports::Peers::PipelineOwner{}, std::move(question).text(), kOwnerPatience,
      [this, answer = std::move(order.answer)](const base::Result<std::string>& said) mutable {
        started(said, std::move(answer));
      });
}

// As it is kept.
void ExecutionDesk::started(const base::Result<std::string>& said,
                            Answer<Executions::Started> answer) {
  if (!said) return answer(base::fail(said.error()));
  const auto what = Said::parse(*said);
  if (!what) return answer(base::fail(what.error()));
  parts_.readers.run([id = domain::ExecutionId(what->text("id")),
                      known = what->number("known") != 0,
                      answer = std::move(answer)](base::Result<ports::Reads> reads) mutable {
    if (!reads) return answer(base::fail(std::move(reads.error())));
    auto record = reads->executions.find(id);
    if (!record) return answer(base::fail(std::move(record.error())));
    if (!*record) {
      return answer(base::fail(base::ErrorCode::not_found, "the execution has gone meanwhile"));
    }
    answer(Executions::Started{std::move(**record), known});
  });
}

void ExecutionDesk::stop(domain::ExecutionId id, states::Fault why, Answer<std::monostate> answer) {
  Executions* const here = here_;
  if (here != nullptr || parts_.peers == nullptr) {
    return here->stop(std::move(id), std::move(why), std::move(answer));
  }
  Saying question("execution.stop");
  question.add("id", id.value()).add("error", why.error).add("cause", why.cause);
  ask(std::move(question), std::move(answer));
}

void ExecutionDesk::redrive(domain::ExecutionId id, Answer<std::monostate> answer) {
  Executions* const here = here_;
  if (here != nullptr || parts_.peers == nullptr) {
    return here->redrive(std::move(id), std::move(answer));
  }
  ask(std::move(Saying("execution.redrive").add("id", id.value())), std::move(answer));
}

void ExecutionDesk::call_back(Executions::Callback callback, Answer<std::monostate> answer) {
  Executions* const here = here_;
  if (here != nullptr || parts_.peers == nullptr) {
    return here->call_back(std::move(callback), std::move(answer));
  }
  Saying question("execution.call_back");
  question.add("token", callback.token);
  if (const auto* const success = std::get_if<Executions::Callback::Success>(&callback.word)) {
    question.add("output", success->output);
  } else if (const auto* const failed = std::get_if<states::Fault>(&callback.word)) {
    question.add("error", failed->error).add("cause", failed->cause);
  }
  ask(std::move(question), std::move(answer));
}

void ExecutionDesk::pause(domain::PipelineName pipeline, bool paused,
                          Answer<std::monostate> answer) {
  Executions* const here = here_;
  if (here != nullptr || parts_.peers == nullptr) {
    return here->pause(std::move(pipeline), paused, paused_here(std::move(answer)));
  }
  Saying question("execution.pause");
  question.add("pipeline", pipeline.value()).add("paused", std::uint64_t{paused});
  // Who asks is told what is so from then on.
  ask(std::move(question), [this, pipeline = std::move(pipeline), paused,
                            answer = std::move(answer)](base::Result<std::monostate> done) mutable {
    if (done) {
      const std::lock_guard lock(mutex_);
      if (paused) {
        paused_.insert(pipeline);
      } else {
        paused_.erase(pipeline);
      }
    }
    answer(std::move(done));
  });
}

// The others are told, too.
ExecutionDesk::Answer<std::monostate> ExecutionDesk::paused_here(Answer<std::monostate> answer) {
  if (parts_.peers == nullptr) return answer;
  return [this, answer = std::move(answer)](base::Result<std::monostate> done) mutable {
    if (done) parts_.peers->tell_all(Saying("pipelines.paused").text());
    answer(std::move(done));
  };
}

ExecutionStats ExecutionDesk::stats() const {
  const Executions* const here = here_;
  return here == nullptr ? ExecutionStats() : here->stats();
}

std::optional<base::WallTime> ExecutionDesk::next_firing(const domain::PipelineName& name) const {
  const Executions* const here = here_;
  if (here != nullptr) return here->next_firing(name);
  if (is_paused(name)) return std::nullopt;
  // Whoever runs them has told it for sure what was due before.
  Schedules schedules(parts_.pipelines);
  schedules.begin({}, parts_.clock.wall());
  return schedules.next(name);
}

bool ExecutionDesk::is_paused(const domain::PipelineName& name) const {
  const Executions* const here = here_;
  if (here != nullptr) return here->is_paused(name);
  const std::lock_guard lock(mutex_);
  return paused_.contains(name);
}

bool ExecutionDesk::hear(const std::string& question, ports::Peers::Answer& answer) {
  const auto said = Said::parse(question);
  if (!said || !said->what().starts_with("execution.")) return false;
  Executions* const here = here_;
  if (here == nullptr) {
    answer(base::fail(base::ErrorCode::unavailable,
                      "the pipelines are being taken over by another node; try again soon"));
    return true;
  }
  const std::string what = said->what();
  if (what == "execution.start") {
    answer_start(*here, *said, std::move(answer));
  } else if (what == "execution.stop") {
    here->stop(domain::ExecutionId(said->text("id")), {said->text("error"), said->text("cause")},
               plain(std::move(answer)));
  } else if (what == "execution.redrive") {
    here->redrive(domain::ExecutionId(said->text("id")), plain(std::move(answer)));
  } else if (what == "execution.call_back") {
    Executions::Callback callback{said->text("token"), Executions::Callback::Heartbeat{}};
    if (said->has("output")) {
      callback.word = Executions::Callback::Success{said->text("output")};
    } else if (said->has("error")) {
      callback.word = states::Fault{said->text("error"), said->text("cause")};
    }
    here->call_back(std::move(callback), plain(std::move(answer)));
  } else if (what == "execution.pause") {
    here->pause(domain::PipelineName(said->text("pipeline")), said->number("paused") != 0,
                paused_here(plain(std::move(answer))));
  } else {
    return false;
  }
  return true;
}

void ExecutionDesk::answer_start(Executions& here, const Said& said, ports::Peers::Answer answer) {
  Executions::StartOrder order;
  order.pipeline = domain::PipelineName(said.text("pipeline"));
  order.name = said.text("name");
  order.input = said.text("input");
  order.answer = [answer = std::move(answer)](base::Result<Executions::Started> started) mutable {
    if (!started) return answer(base::fail(std::move(started.error())));
    answer(std::move(Saying("started")
                         .add("id", started->record.id.value())
                         .add("known", std::uint64_t{started->known}))
               .text());
  };
  here.start(std::move(order));
}

bool ExecutionDesk::hear_news(const std::string& news) {
  const auto said = Said::parse(news);
  if (!said || said->what() != "pipelines.paused") return false;
  look_anew();
  return true;
}

void ExecutionDesk::look_anew() {
  parts_.readers.run([this](base::Result<ports::Reads> reads) {
    if (!reads) return;
    const auto paused = reads->executions.paused_pipelines();
    if (!paused) return;
    const std::lock_guard lock(mutex_);
    paused_ = {paused->begin(), paused->end()};
  });
}

}  // namespace ordo::app
