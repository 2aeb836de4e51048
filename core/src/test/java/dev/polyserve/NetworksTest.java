package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {
    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"10.0.0.0/8|10.255.0.1|104", "10.0.0.0/8|11.0.0.1|-1",
        "10.0.0.0/8,10.1.0.0/16|10.1.2.3|112", "10.0.0.0/8,10.1.0.0/16|10.2.0.0|104", "192.168.1.7|192.168.1.7|128",
        "192.168.1.7|192.168.1.6|-1", "0.0.0.0/0|1.2.3.4|96", "0.0.0.0/0|::1|-1", "::/0|::1|0", "::/0|1.2.3.4|0",
        "2001:db8::/33|2001:db8:7fff::1|33", "2001:db8::/33|2001:db8:8000::1|-1",
        "::ffff:10.0.0.0/104|10.1.1.1|104", "::ffff:10.0.0.1|10.0.0.1|128", "any|10.0.0.1|0", "any|::1|0",
        "10.0.0.1/32,any|10.0.0.1|128", "10.0.0.0/31|10.0.0.1|127", "10.0.0.0/31|10.0.0.2|-1"})
    void theMostSpecificNetworkCounts(String networks, String address, int prefix) {
        Networks all = Networks.none();
        for (String one : networks.split(",", -1)) {
            all = all.and(Networks.parse(one));
        }
        assertThat(all.longestPrefix(at(address))).isEqualTo(prefix);
        assertThat(all.contains(at(address))).isEqualTo(prefix >= 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"192.0.2.7|32|192.0.2.7/32", "192.0.2.7|24|192.0.2.0/24",
        "192.0.2.7|0|0.0.0.0/0",
        "2001:db8:1:2:3:4:5:6|64|2001:db8:1:2::/64", "2001:db8::1|33|2001:db8::/33", "::1|128|::1/128"})
    void theNetworkOfAnAddressIgnoresTheBitsBeyondThePrefix(String address, int bits, String network) {
        Networks of = Networks.of(InetAddress.ofLiteral(address), bits);
        assertThat(of).hasToString(network).isEqualTo(Networks.parse(network))
                .hasSameHashCodeAs(Networks.parse(network));
        assertThat(of.contains(at(address))).isTrue();
        assertThatThrownBy(() -> Networks.of(InetAddress.ofLiteral("192.0.2.7"), 33))
                .hasMessage("bad network '192.0.2.7/33': the prefix is not a number from 0 to 32");
    }

    @Test
    void anIpv4MappedAddressIsTheIpv4Address() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xFF, (byte) 0xFF, 10, 0, 0, 1};
        assertThat(Networks.parse("10.0.0.0/8").contains(new InetSocketAddress(InetAddress.getByAddress(mapped), 1)))
                .isTrue();
    }

    @Test
    void onlyAnyContainsUnixPeers() {
        assertThat(Networks.parse("0.0.0.0/0,::/0").contains(UnixDomainSocketAddress.of("/s"))).isFalse();
        assertThat(Networks.any().contains(UnixDomainSocketAddress.of(""))).isTrue();
        assertThat(Networks.none().isEmpty()).isTrue();
        assertThat(Networks.any().isEmpty()).isFalse();
    }

    @Test
    void theTextIsReadAgain() {
        Networks networks = Networks.parse("10.0.0.0/8, ::1");
        assertThat(networks).hasToString("10.0.0.0/8,::1/128").isEqualTo(Networks.parse(networks.toString()))
                .hasSameHashCodeAs(Networks.parse("10.0.0.0/8,::1/128")).isNotEqualTo(Networks.any());
        assertThat(Networks.any()).hasToString("any");
        assertThat(Networks.parse("::1/128,any")).hasToString("any,::1/128");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"''|is not an IPv4 or IPv6 address", "10.0.0.0/8,|is not an IPv4",
        "10.0.0/8|is not an IPv4", "10.00.0.0/8|is not an IPv4", "256.0.0.0/8|is not an IPv4", "host|is not an IPv4",
        "10.0.0.0/33|not a number from 0 to 32", "10.0.0.0/|not a number", "10.0.0.0/08|not a number",
        "::/129|not a number from 0 to 128", "10.0.0.1/8|bits beyond its prefix", "2001:db8::1/32|bits beyond",
        "::1%lo|is not an IPv4", "[::1]|is not an IPv4", ":::|is not an IPv4", "10.0.0.0/-1|not a number"})
    void aMistakeIsSaid(String text, String why) {
        assertThatThrownBy(() -> Networks.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why).hasMessageStartingWith("bad network '");
    }
}
