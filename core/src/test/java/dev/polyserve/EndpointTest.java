package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @ValueSource(strings = {"tcp://127.0.0.1:8888", "tcp://[::1]:0", "udp://localhost:53", "tcp://*:65535",
        "unix:/run/app.sock", "unix:relative", "unixgram:/run/log", "unix:@name", "unixgram:@name", "unix:./@file",
        "fd:3", "fd:web"})
    void shouldWriteWhatItRead(String text) {
        assertThat(Endpoint.parse(text)).hasToString(text);
    }

    @Test
    void shouldKnowTheParts() {
        assertThat(Endpoint.parse("tcp://:80")).isEqualTo(new Endpoint.Tcp("*", 80));
        assertThat(Endpoint.parse("udp://[fe80::1]:1")).isEqualTo(new Endpoint.Udp("fe80::1", 1));
        assertThat(Endpoint.parse("unix:/a b")).isEqualTo(new Endpoint.Unix(Path.of("/a b")));
        assertThat(Endpoint.parse("udp://h:1").datagram()).isTrue();
        assertThat(Endpoint.parse("unixgram:x").datagram()).isTrue();
        assertThat(Endpoint.parse("fd:3").datagram()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"tcp://host|port is missing", "tcp://host:|not a number",
        "tcp://host:-1|not a number",
        "tcp://host:65536|not a number", "tcp://host:٣|not a number", "tcp://::1:80|brackets",
        "tcp://[::1]|port is missing",
        "unix:|path is missing", "unix:@|comes a name", "unixgram:@a/|comes a name", "http://host:80|none of",
        "fd:|none of", "|none of"})
    void shouldSayWhatIsWrong(String text, String why) {
        assertThatThrownBy(() -> Endpoint.parse(text == null ? "" : text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"127.0.0.1:7000|tcp://127.0.0.1:7000", "localhost:80|tcp://localhost:80",
        "*:80|tcp://*:80", "[::1]:80|tcp://[::1]:80", "8080|tcp://127.0.0.1:8080", "/run/x.sock|unix:/run/x.sock"})
    void shouldProposeWhatWasProbablyMeant(String text, String meant) {
        assertThatThrownBy(() -> Endpoint.parse(text)).hasMessageEndingWith("; did you mean " + meant + "?");
    }

    @Test
    void shouldNotProposeWhatWasNotMeant() {
        assertThatThrownBy(() -> Endpoint.parse("http://host:80")).hasMessageNotContaining("did you mean");
        assertThatThrownBy(() -> Endpoint.parse("ecoh")).hasMessageNotContaining("did you mean");
    }

    @Test
    void shouldWriteAddressesInTheirShortestForm() throws Exception {
        InetAddress six = InetAddress.ofLiteral("::1");
        assertThat(Endpoint.textOf(six)).isEqualTo("::1");
        assertThat(Endpoint.textOf(new InetSocketAddress(six, 80))).isEqualTo("[::1]:80");
        assertThat(Endpoint.textOf(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 80)))
                .isEqualTo("10.0.0.1:80");
        assertThat(Endpoint.textOf(InetSocketAddress.createUnresolved("host", 80))).isEqualTo("host:80");
        assertThat(Endpoint.textOf(UnixDomainSocketAddress.of("/run/a"))).isEqualTo("/run/a");
        assertThat(Endpoint.textOf(UnixDomainSocketAddress.of(""))).isEqualTo("unix");
    }

    @Test
    void shouldKnowNamesFromFiles() {
        assertThat(new Endpoint.Unix(Path.of("@name")).isAbstract()).isTrue();
        assertThat(new Endpoint.Unix(Path.of("./@name")).isAbstract()).isFalse();
        assertThat(new Endpoint.UnixDatagram(Path.of("@name")).isAbstract()).isTrue();
        assertThat(new Endpoint.UnixDatagram(Path.of("/run/@name")).isAbstract()).isFalse();
    }

    @Test
    void shouldLimitUnixPathsByBytes() {
        assertThat(Endpoint.parse("unix:" + "x".repeat(107))).isInstanceOf(Endpoint.Unix.class);
        assertThatThrownBy(() -> Endpoint.parse("unix:" + "x".repeat(108))).hasMessageContaining("108 bytes");
        assertThatThrownBy(() -> Endpoint.parse("unix:" + "é".repeat(54))).hasMessageContaining("108 bytes");
    }
}
