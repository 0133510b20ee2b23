#include "base/ip_address.h"

#include <string>

#include "base/address_ranges.h"
#include "support/catch.h"

using namespace relay;

namespace {

std::string read(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "none";
}

bool holds(const std::vector<std::string>& ranges, std::string_view address) {
  return AddressRanges::of(ranges).contains(IpAddress::parse(address).value());
}

}  // namespace

TEST_CASE("addresses are read from literals and written in their shortest form") {
  CHECK(read("192.0.2.1") == "192.0.2.1");
  CHECK(read("2001:DB8:0:0::1") == "2001:db8::1");
  CHECK(read("::") == "::");
  CHECK(IpAddress::parse("192.0.2.1")->to_string(80) == "192.0.2.1:80");
  CHECK(IpAddress::parse("::1")->to_string(80) == "[::1]:80");
}

TEST_CASE("an IPv4 address written as IPv6 is the IPv4 address") {
  CHECK(read("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(read("::ffff:c000:201") == "192.0.2.1");
  CHECK(IpAddress::parse("::ffff:192.0.2.1") == IpAddress::parse("192.0.2.1"));
  CHECK(IpAddress::parse("::192.0.2.1") != IpAddress::parse("192.0.2.1"));
}

TEST_CASE("what is no address literal is none") {
  for (const std::string_view text :
       {"", " ", "unknown", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4",
        "1.2.3.4:80", "[::1]", "::1%eth0", ":::", "1::2::3", "2001:db8::g", "0x7f.1", "localhost",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999"}) {
    INFO(text);
    CHECK(read(text) == "none");
  }
  CHECK(read(std::string_view("1.2.3.4\0", 8)) == "none");
}

TEST_CASE("an endpoint's host is what is left without the port") {
  CHECK(host_of_endpoint("192.0.2.1:8000") == "192.0.2.1");
  CHECK(host_of_endpoint("[2001:db8::1]:8000") == "2001:db8::1");
  CHECK(host_of_endpoint("192.0.2.1") == "192.0.2.1");
  CHECK(host_of_endpoint("2001:db8::1") == "2001:db8::1");
  CHECK(host_of_endpoint("unix") == "unix");
  CHECK(host_of_endpoint("").empty());
  CHECK(host_of_endpoint("[::1") == "[::1");
}

TEST_CASE("a range holds the addresses of its network and no others") {
  CHECK(holds({"10.0.0.0/8"}, "10.255.0.1"));
  CHECK_FALSE(holds({"10.0.0.0/8"}, "11.0.0.0"));
  CHECK(holds({"192.0.2.128/25"}, "192.0.2.128"));
  CHECK_FALSE(holds({"192.0.2.128/25"}, "192.0.2.127"));
  CHECK(holds({"192.0.2.1"}, "192.0.2.1"));
  CHECK_FALSE(holds({"192.0.2.1/32"}, "192.0.2.2"));
  CHECK(holds({"2001:db8::/33"}, "2001:db8:7fff::"));
  CHECK_FALSE(holds({"2001:db8::/33"}, "2001:db8:8000::"));
  CHECK(holds({"::1", "127.0.0.0/8"}, "::1"));
  CHECK_FALSE(holds({}, "127.0.0.1"));
}

TEST_CASE("every IPv4 address is no IPv6 address, and the other way round only for all of IPv6") {
  CHECK(holds({"0.0.0.0/0"}, "192.0.2.1"));
  CHECK_FALSE(holds({"0.0.0.0/0"}, "2001:db8::1"));
  CHECK(holds({"10.0.0.0/8"}, "::ffff:10.0.0.1"));
  CHECK_FALSE(holds({"2000::/3"}, "192.0.2.1"));
  CHECK(holds({"::/0"}, "2001:db8::1"));
}

TEST_CASE("what is no range is refused with a remedy") {
  for (const std::string_view text :
       {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/+8",
        "10.0.0.0/ 8", "10/8", "2001:db8::/129", "10.1.2.3/8", "2001:db8::1/32", "localhost", "*", "unix",
        "[::1]", "10.0.0.1-10.0.0.9", "192.0.2.1:80"}) {
    INFO(text);
    const Status added = AddressRanges().add(text);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == "bad_address_range");
    CHECK(added.error().message.find("; write ") != std::string::npos);
  }
  CHECK(AddressRanges().add("10.1.2.3/8").error().message.find("\"10.0.0.0/8\"") != std::string::npos);
}
