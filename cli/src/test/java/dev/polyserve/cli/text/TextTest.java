package dev.polyserve.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.text.PrintableAddress;
import dev.polyserve.text.JsonObjectWriter;
import dev.polyserve.text.PrintableText;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Tests of text for terminals and programs.
class TextTest {
    @Test
    void controlCharactersAreEscaped() {
        assertThat(PrintableText.of("plain\ttext ä€")).isEqualTo("plain\ttext ä€");
        assertThat(PrintableText.of("a\u001b[2Jb\nc\u007f\u009b")).isEqualTo("a\\x1b[2Jb\\x0ac\\x7f\\x9b");
        assertThat(PrintableText.of(new byte[]{'a', (byte) 0xff})).isEqualTo("a\ufffd");
        assertThat(PrintableText.of("a\u202eb\u2066\u061c\u2028\ud83d\ude00")).isEqualTo(
                "a\\u202eb\\u2066\\u061c\\u2028\ud83d\ude00");
    }

    @Test
    void jsonHasNoControlCharacters() {
        assertThat(new JsonObjectWriter().put("a", "\u001b\u007f\u009b\u202e\tä").toString())
                .isEqualTo("{\"a\":\"\\u001b\\u007f\\u009b\\u202e\\u0009ä\"}");
    }

    @Test
    void terminalOutputIsEscaped() throws Exception {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        PrintableStream shown = new PrintableStream(terminal);
        byte[] sent = "one\r\ntwo\r\u001b[2J\tä\u009b\ud83d\ude00\n".getBytes(StandardCharsets.UTF_8);
        for (byte one : sent) {
            shown.write(one);
        }
        shown.write(new byte[]{(byte) 0xff, '\n'});
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .isEqualTo("one\ntwo\\x0d\\x1b[2J\tä\\x9b\ud83d\ude00\n\ufffd\n");
    }

    @Test
    void jsonIsQuoted() {
        assertThat(new JsonObjectWriter().put("a", "x\"\\\n").put("n", 5).put("b", true).toString())
                .isEqualTo("{\"a\":\"x\\\"\\\\\\u000a\",\"n\":5,\"b\":true}");
        assertThat(new JsonObjectWriter().toString()).isEqualTo("{}");
    }

    @Test
    void addressesAreFormattedForPeople() throws Exception {
        assertThat(PrintableAddress.shown(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80)))
                .isEqualTo("127.0.0.1:80");
        assertThat(PrintableAddress.shown(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80)))
                .isEqualTo("[::1]:80");
        assertThat(PrintableAddress.shown(UnixDomainSocketAddress.of(""))).isEqualTo("unix");
        assertThat(PrintableAddress.shown(UnixDomainSocketAddress.of("/a"))).isEqualTo("/a");
        assertThat(PrintableAddress.shown(UnixDomainSocketAddress.of("/a\u001b]0;x\n[1] y")))
                .isEqualTo("/a\\x1b]0;x\\x0a[1] y");
    }

    @Test
    void theNearestNameIsFound() {
        List<String> names = List.of("model", "listen", "max-connections", "max-per-ip");
        assertThat(SpellingSuggestion.to("max-conections", names)).contains("max-connections");
        assertThat(SpellingSuggestion.to("lisen", names)).contains("listen");
        assertThat(SpellingSuggestion.to("mode", names)).contains("model");
        assertThat(SpellingSuggestion.to("table", names)).isEmpty();
        assertThat(SpellingSuggestion.to("x", names)).isEmpty();
    }

    @Test
    void tablesWrapBetweenWords() {
        TerminalTable table = new TerminalTable(List.of("A", "B"), List.of(5, 8));
        table.row(List.of("one", "two three fourteenlong"));
        assertThat(table.lines()).containsExactly("A      B", "one    two", "       three", "       fourteen",
                "       long");
    }
}
