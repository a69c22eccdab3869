#include "postgres/post_letters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "postgres/signals.h"
#include "postgres/wire.h"

namespace ordo::postgres {
namespace {

using base::ErrorCode;
using ports::Peers;

// How `whom` is to be read.
enum class Way : std::uint8_t { node = 0, lane = 1, pipelines = 2 };

// Without locks on nodes: one that goes in this moment leaves a letter that will be swept.
const Statement kSend{
    "send_letters",
    fmt::format(
        "WITH known AS MATERIALIZED (SELECT u.place, u.kind, u.question, u.code, u.body, "
        "n.id AS receiver FROM unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::text[], "
        "$6::bigint[], $7::smallint[], $8::bytea[]) "
        "AS u (place, kind, way, whom, question, code, body) JOIN nodes n ON n.id = CASE u.way "
        "WHEN 0 THEN u.whom "
        "WHEN 1 THEN (SELECT l.owner FROM tasks t JOIN lane_leases l ON l.shard = t.shard "
        "WHERE t.id = u.whom) "
        "ELSE (SELECT owner FROM lane_leases WHERE shard = 256) END), "
        "sent AS (INSERT INTO post (receiver, sender, kind, question, code, body) "
        "SELECT receiver, $1::text, kind, question, code, body FROM known "
        "WHERE receiver <> $1::text ORDER BY place RETURNING receiver) "
        "SELECT place, receiver FROM known UNION ALL "
        "SELECT -1, pg_notify({}, $9::text || s.receiver)::text "
        "FROM (SELECT DISTINCT receiver FROM sent) s",
        kSignalChannel)};
const Statement kSpread{
    "spread_letters",
    fmt::format("WITH sent AS (INSERT INTO post (receiver, sender, kind, code, body) "
                "SELECT n.id, $1::text, u.kind, 0, u.body "
                "FROM unnest($2::bigint[], $3::smallint[], $4::bytea[]) AS u (place, kind, body) "
                "CROSS JOIN nodes n WHERE n.id <> $1::text ORDER BY u.place RETURNING receiver) "
                "SELECT pg_notify({}, $5::text || s.receiver) "
                "FROM (SELECT DISTINCT receiver FROM sent) s",
                kSignalChannel)};
const Statement kTakeLetters{
    "take_letters",
    "WITH oldest AS MATERIALIZED (SELECT n, sum(size) OVER (ORDER BY n) - size AS before "
    "FROM (SELECT n, octet_length(body) AS size FROM post WHERE receiver = $1::text "
    "ORDER BY n LIMIT $2::bigint) s) "
    "DELETE FROM post p USING oldest o WHERE p.receiver = $1::text AND p.n = o.n "
    "AND o.before < $3::bigint RETURNING p.n, p.kind, p.sender, p.question, p.code, p.body"};
const Statement kSweep{
    "sweep_letters",
    "DELETE FROM post p WHERE NOT EXISTS (SELECT FROM nodes n WHERE n.id = p.receiver)"};

// A code's number in a letter is its place here, from 1. Only ever append.
constexpr auto kSaidCodes = std::to_array<ErrorCode>({
    ErrorCode::invalid,
    ErrorCode::not_found,
    ErrorCode::conflict,
    ErrorCode::precondition_failed,
    ErrorCode::too_large,
    ErrorCode::busy,
    ErrorCode::unavailable,
    ErrorCode::fatal,
    ErrorCode::internal,
});

void append_text(std::string& out, std::string_view text) {
  append_number(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

// False: it ends too soon.
bool cut_text(std::string_view& from, std::string& text) {
  if (from.size() < sizeof(std::uint32_t)) return false;
  const std::size_t size = number_in<std::uint32_t>(from);
  from.remove_prefix(sizeof(std::uint32_t));
  if (from.size() < size) return false;
  text = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

std::pair<Way, std::string_view> address_of(const Peers::Receiver& whom) {
  if (const auto* lane = std::get_if<Peers::LaneOwner>(&whom)) {
    return {Way::lane, lane->task.value()};
  }
  if (const auto* node = std::get_if<Peers::Node>(&whom)) return {Way::node, node->id};
  return {Way::pipelines, ""};
}

bool goes_to_all(const Letter& letter) {
  return letter.kind == Letter::Kind::news || letter.kind == Letter::Kind::missed;
}

}  // namespace

Letter answer_letter(std::string asker, std::uint64_t question,
                     const base::Result<std::string>& said) {
  Letter letter{Letter::Kind::answer, Peers::Node{std::move(asker)}, question};
  if (said) {
    letter.body = *said;
    return letter;
  }
  const base::Error& error = said.error();
  letter.code = std::ranges::find(kSaidCodes, error.code) - kSaidCodes.begin() + 1;
  append_text(letter.body, error.message);
  for (const base::FieldError& field : error.fields) {
    append_text(letter.body, field.pointer);
    append_text(letter.body, field.code);
    append_text(letter.body, field.message);
  }
  return letter;
}

base::Result<std::string> said_in(std::int64_t code, std::string body) {
  if (code == 0) return body;
  const auto unknown = [] {
    return base::fail(ErrorCode::internal, "the other node's error is not one that is known here");
  };
  if (code < 0 || code > std::ssize(kSaidCodes)) return unknown();
  base::Error error{kSaidCodes[static_cast<std::size_t>(code) - 1], ""};
  std::string_view left = body;
  if (!cut_text(left, error.message)) return unknown();
  while (!left.empty()) {
    base::FieldError& field = error.fields.emplace_back();
    const bool whole = cut_text(left, field.pointer) && cut_text(left, field.code) &&
                       cut_text(left, field.message);
    if (!whole) return unknown();
  }
  return base::fail(std::move(error));
}

Sending::Sending(const std::string& sender, const std::vector<Letter>& letters)
    : letters_(letters.size()) {
  Column place(Type::int8), kind(Type::int2), way(Type::int2), whom(Type::text);
  Column question(Type::int8), code(Type::int2), body(Type::bytes);
  Column news_place(Type::int8), news_kind(Type::int2), news(Type::bytes);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const Letter& letter = letters[i];
    if (goes_to_all(letter)) {
      news_place.add(static_cast<std::int64_t>(i));
      news_kind.add(static_cast<std::int64_t>(letter.kind));
      news.add(std::string_view(letter.body));
      continue;
    }
    const auto [how, name] = address_of(letter.whom);
    place.add(static_cast<std::int64_t>(i));
    kind.add(static_cast<std::int64_t>(letter.kind));
    way.add(static_cast<std::int64_t>(how));
    if (can_be_text(name)) {
      whom.add(name);
    } else {
      whom.add_null();
    }
    question.add(raw(letter.question));
    code.add(letter.code);
    body.add(std::string_view(letter.body));
  }
  const std::string told = text_of({sender, std::nullopt, ""});
  if (place.size() > 0) {
    is_to_somebody_ = true;
    Params params;
    params.add(std::string_view(sender)).add(std::move(place)).add(std::move(kind));
    params.add(std::move(way)).add(std::move(whom)).add(std::move(question));
    params.add(std::move(code)).add(std::move(body)).add(std::string_view(told));
    batch_.add(kSend, std::move(params));
  }
  if (news.size() > 0) {
    Params params;
    params.add(std::string_view(sender)).add(std::move(news_place)).add(std::move(news_kind));
    params.add(std::move(news)).add(std::string_view(told));
    batch_.add(kSpread, std::move(params));
  }
}

std::vector<std::optional<std::string>> Sending::receivers(const std::vector<Rows>& answers) const {
  std::vector<std::optional<std::string>> receivers(letters_);
  if (!is_to_somebody_) return receivers;
  const Rows& rows = answers.front();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t place = rows.integer(i, 0);
    if (place >= 0) receivers.at(static_cast<std::size_t>(place)) = rows.string(i, 1);
  }
  return receivers;
}

Answer<Taken> take_letters(Connection& connection, const std::string& receiver) {
  Params params;
  params.add(std::string_view(receiver)).add(static_cast<std::int64_t>(kParcelLetters));
  params.add(static_cast<std::int64_t>(kParcelBytes));
  const Answer<Rows> rows = connection.run(kTakeLetters, std::move(params));
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  order.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) order.emplace_back(rows->integer(i, 0), i);
  std::ranges::sort(order);
  Taken taken{};
  std::size_t bytes = 0;
  for (const auto& [n, i] : order) {
    taken.letters.push_back({rows->integer(i, 1), rows->string(i, 2), rows->number(i, 3),
                             rows->integer(i, 4), rows->string(i, 5)});
    bytes += taken.letters.back().body.size();
  }
  taken.has_more = taken.letters.size() >= kParcelLetters || bytes >= kParcelBytes;
  return taken;
}

Answer<void> sweep_letters(Connection& connection) {
  const Answer<Rows> swept = connection.run(kSweep);
  if (!swept) return std::unexpected(swept.error());
  return {};
}

}  // namespace ordo::postgres
