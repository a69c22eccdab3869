// Which addresses requests on behalf of others may go to. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ordo::net {

// In network order.
using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

// Whether an address is one of the public internet: not of this machine (loopback, unspecified),
// not of a network around it (private, link-local with the metadata services of clouds, shared by
// carriers, unique local), not one of many (multicast, broadcast), not reserved, for examples or
// measurements. An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo)
// is as public as that.
[[nodiscard]] bool is_public(const Ipv4& address) noexcept;
[[nodiscard]] bool is_public(const Ipv6& address) noexcept;

// The same for an address as text ("10.0.0.1", "fe80::1"); nothing when it is none.
[[nodiscard]] std::optional<bool> is_public_address(std::string_view text) noexcept;

}  // namespace ordo::net
