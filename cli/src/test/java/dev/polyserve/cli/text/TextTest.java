package dev.polyserve.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Text for terminals and programs.
class TextTest {
    @Test
    void controlCharactersAreShown() {
        assertThat(Printable.of("plain\ttext ä€")).isEqualTo("plain\ttext ä€");
        assertThat(Printable.of("a\u001b[2Jb\nc\u007f\u009b")).isEqualTo("a\\x1b[2Jb\\x0ac\\x7f\\x9b");
        assertThat(Printable.of(new byte[]{'a', (byte) 0xff})).isEqualTo("a\ufffd");
    }

    @Test
    void jsonIsQuoted() {
        assertThat(new Json().put("a", "x\"\\\n").put("n", 5).put("b", true).toString())
                .isEqualTo("{\"a\":\"x\\\"\\\\\\u000a\",\"n\":5,\"b\":true}");
        assertThat(new Json().toString()).isEqualTo("{}");
    }

    @Test
    void addressesAreWrittenAsPeopleDo() throws Exception {
        assertThat(Addresses.shown(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80)))
                .isEqualTo("127.0.0.1:80");
        assertThat(Addresses.shown(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80)))
                .isEqualTo("[::1]:80");
        assertThat(Addresses.shown(UnixDomainSocketAddress.of(""))).isEqualTo("unix");
        assertThat(Addresses.shown(UnixDomainSocketAddress.of("/a"))).isEqualTo("/a");
    }

    @Test
    void theNearestNameIsFound() {
        List<String> names = List.of("model", "listen", "max-connections", "max-per-ip");
        assertThat(Nearest.to("max-conections", names)).contains("max-connections");
        assertThat(Nearest.to("lisen", names)).contains("listen");
        assertThat(Nearest.to("mode", names)).contains("model");
        assertThat(Nearest.to("table", names)).isEmpty();
        assertThat(Nearest.to("x", names)).isEmpty();
    }

    @Test
    void tablesWrapBetweenWords() {
        Table table = new Table(List.of("A", "B"), List.of(5, 8));
        table.row(List.of("one", "two three fourteenlong"));
        assertThat(table.lines()).containsExactly("A      B", "one    two", "       three", "       fourteen",
                "       long");
    }
}
