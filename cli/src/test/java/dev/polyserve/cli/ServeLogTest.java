package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The access log of a server, and serving the user's own class.
class ServeLogTest {
    @Test
    void theReadyLineIsOneLineWithEveryEndpoint(@TempDir Path directory) throws Exception {
        String unix = "unix:" + directory.resolve("s");
        try (Cli server = Cli.serve("echo", "--listen", "tcp://127.0.0.1:0", "--listen", unix, "--listen",
                "udp://127.0.0.1:0")) {
            assertThat(server.out.text()).matches("polyserve: serving echo on tcp://127\\.0\\.0\\.1:[1-9]\\d*, " + unix
                    + ", udp://127\\.0\\.0\\.1:[1-9]\\d* with epoll \\(pid " + ProcessHandle.current().pid()
                    + "\\)\n");
            assertThat(server.stop()).isZero();
            assertThat(server.out.text()).hasLineCount(1);
            server.err.awaitContaining("drained in ");
        }
    }

    @Test
    void theEndReportsTheBalanceOfTheLoops() throws Exception {
        try (Cli server = Cli.serve("echo", "--model", "nio", "--loops", "2")) {
            for (int i = 0; i < 3; i++) {
                talk(server);
            }
            assertThat(server.stop()).isZero();
            assertThat(server.err.awaitContaining("the loops had ")).matches(
                    ".* INFO  the loops had 2, 1 connections, and were busy \\d+ %, \\d+ % of the time");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void theAccessLineHasPeerReasonBytesAndTime(String model) throws Exception {
        try (Cli server = Cli.serve("echo", "--model", model)) {
            int port = talk(server);
            assertThat(server.err.awaitContaining("closed #1")).matches(
                    "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  closed #1 127\\.0\\.0\\.1:" + port
                            + " done by client, in 5 B, out 5 B, [\\d.]+ m?s");
        }
    }

    @Test
    void jsonHasTheSameAsFields() throws Exception {
        try (Cli server = Cli.serve("echo", "--log-format", "json")) {
            int port = talk(server);
            assertThat(server.err.awaitContaining("closed")).startsWith("{\"time\":\"20").endsWith("}")
                    .contains("\"level\":\"INFO\"", "\"event\":\"closed\"", "\"connection\":1",
                            "\"peer\":\"127.0.0.1:" + port + "\"",
                            "\"why\":\"done\"", "\"by\":\"client\"", "\"bytesIn\":5", "\"bytesOut\":5", "\"millis\":");
        }
    }

    @Test
    void quietLogsNothingRegular() throws Exception {
        try (Cli server = Cli.serve("echo", "--quiet")) {
            talk(server);
            assertThat(server.stop()).isZero();
            assertThat(server.err.text()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void aResetGivesOnlyAnAccessLine(String model) throws Exception {
        try (Cli server = Cli.serve("echo", "--model", model)) {
            Socket client = server.connect();
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().read()).isEqualTo('x');
            client.setSoLinger(true, 0);
            client.close();
            assertThat(server.err.awaitContaining("closed #1")).contains("INFO", "reset by client");
            assertThat(server.err.text()).hasLineCount(1);
        }
    }

    @Test
    void theIdleLimitIsNamed() throws Exception {
        try (Cli server = Cli.serve("welcome", "--idle-timeout", "100ms"); LineClient client = LineClient.to(server)) {
            assertThat(client.receive()).startsWith("Welcome");
            client.send("here I am");
            assertThat(client.receive()).isEqualTo("here I am");
            assertThat(client.receive()).isNull();
            assertThat(server.err.awaitContaining("closed #1")).contains(" timed out: idle, in ");
        }
    }

    @Test
    void aLongLineIsALimitAndNotAFailure() throws Exception {
        try (Cli server = Cli.serve("welcome", "--max-frame", "1KiB"); LineClient client = LineClient.to(server)) {
            client.send("x".repeat(5000));
            assertThat(server.err.awaitContaining("closed #1")).contains(" limit: frame, in ");
            assertThat(server.err.text()).doesNotContain("WARN");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void theUsersHandlerServesWithOneInstanceEach(String model, @TempDir Path directory) throws Exception {
        compile(directory, "Counting", """
                public class Counting implements dev.polyserve.Handler {
                    private int lines;
                    public void handle(dev.polyserve.Connection c) throws Exception {
                        for (String line; (line = c.readLine()) != null;) {
                            if (line.equals("fail")) throw new IllegalStateException("as asked");
                            c.writeLine(++lines + " " + line);
                        }
                    }
                }
                """);
        try (Cli server = Cli.serve("--handler", "Counting", "--class-path", directory.toString(), "--model", model)) {
            assertThat(server.out.text()).contains("serving Counting on");
            for (int client = 0; client < 2; client++) {
                try (LineClient talk = LineClient.to(server)) {
                    talk.send("a");
                    assertThat(talk.receive()).isEqualTo("1 a");
                    talk.send("fail");
                    assertThat(talk.receive()).isNull();
                }
            }
            assertThat(server.err.awaitContaining("as asked")).contains("WARN", "failed", "IllegalStateException");
            assertThat(server.err.awaitContaining("closed #1")).contains("failed by server");
            assertThat(server.err.text()).doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "auto"})
    void theUsersMessageHandlerServesWithItsCodec(String model, @TempDir Path directory) throws Exception {
        compile(directory, "Messages", """
                import dev.polyserve.*;
                public class Messages implements MessageHandler<byte[]>, DatagramHandler {
                    public static final Codec<byte[]> CODEC = Framing.delimited((byte) ';');
                    private int messages;
                    public void handle(byte[] message, Output client) throws Exception {
                        client.print(++messages + " " + new String(message));
                        client.write(CODEC, message);
                    }
                    public void handle(Datagram request, DatagramReply reply) { reply.print("datagram"); }
                }
                """);
        try (Cli server = Cli.serve("--handler", "Messages", "--class-path", directory.toString(), "--model", model,
                "--listen", "tcp://127.0.0.1:0", "--listen", "udp://127.0.0.1:0")) {
            List<String> endpoints = server.endpoints().stream().map(Object::toString).toList();
            byte[] two = "a;bc;".getBytes(StandardCharsets.US_ASCII);
            for (int client = 0; client < 2; client++) {
                assertThat(Cli.run(two, "connect", endpoints.get(0)).out()).isEqualTo("1 aa;2 bcbc;");
            }
            assertThat(Cli.run(two, "connect", endpoints.get(1), "--wait", "300ms").out()).isEqualTo("datagram\n");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            public static final Codec<byte[]> CODEC = Framing.varintPrefixed(); | its field CODEC makes messages of the type \
            byte[], but it handles those of the type String
            public final Codec<String> CODEC = Framing.lines();   | a MessageHandler<T> needs a field
            static final Codec<String> CODEC = Framing.lines();   | a MessageHandler<T> needs a field
            public static final Object CODEC = Framing.lines();   | a MessageHandler<T> needs a field
            public static final Codec<String> CODEC = null;       | its field CODEC is null
            public static final Codec<String> CODEC = java.util.Objects.requireNonNull(null); | its static initializer threw \
            java.lang.NullPointerException
            """)
    void aMessageHandlerNeedsTheCodecOfItsMessages(String field, String sentence, @TempDir Path directory)
            throws Exception {
        compile(directory, "Wrong", """
                import dev.polyserve.*;
                public class Wrong implements MessageHandler<String> {
                    %s
                    public void handle(String message, Output client) {}
                }
                """.formatted(field));
        Cli.Finished run = Cli.run("serve", "--handler", "Wrong", "--class-path", directory.toString());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("the class Wrong cannot serve: " + sentence);
    }

    @Test
    void aConnectionHasOneStyle(@TempDir Path directory) throws Exception {
        compile(directory, "Two", """
                import dev.polyserve.*;
                public class Two implements Handler, MessageHandler<String> {
                    public void handle(Connection client) {}
                    public void handle(String message, Output client) {}
                }
                """);
        assertThat(Cli.run("serve", "--handler", "Two", "--class-path", directory.toString()).err())
                .contains("it implements both Handler and MessageHandler, but a connection needs exactly one of them");
    }

    @Test
    void theUsersProtocolAndDatagramHandlerServe(@TempDir Path directory) throws Exception {
        compile(directory, "Both",
                """
                        import dev.polyserve.*;
                        public class Both implements Protocol, DatagramHandler {
                            public void received(Input in, Output out) throws Exception { out.print("<"); out.write(in.takeAll()); }
                            public void handle(Datagram request, DatagramReply reply) { reply.print("datagram"); }
                        }
                        """);
        try (Cli server = Cli.serve("--handler", "Both", "--class-path", directory.toString(), "--listen",
                "udp://127.0.0.1:0",
                "--listen", "tcp://127.0.0.1:0")) {
            List<String> endpoints = server.endpoints().stream().map(Object::toString).toList();
            byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
            assertThat(Cli.run(hello, "connect", endpoints.get(0), "--wait", "300ms").out()).isEqualTo("datagram\n");
            assertThat(Cli.run(hello, "connect", endpoints.get(1)).out()).isEqualTo("<hello");
        }
    }

    private static int talk(Cli server) throws Exception {
        try (Socket client = server.connect()) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).hasSize(5);
            return client.getLocalPort();
        }
    }

    static void compile(Path directory, String name, String source) throws Exception {
        Path file = Files.writeString(directory.resolve(name + ".java"), source);
        String classPath = Path
                .of(dev.polyserve.Handler.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-cp", classPath,
                file.toString())).isZero();
    }
}
