package dev.polyserve.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.MessageHandler;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.TimedOutException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// Runs the snippets of `docs/guide/handlers.md`.
class HandlersGuideTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    // region handler
    static final class Adder implements Handler {
        private long sum; // this connection's own: there is one Adder for each

        @Override
        public void handle(Connection client) throws IOException {
            for (String line; (line = client.readLine()) != null;) {
                sum += Long.parseLong(line);
                client.writeLine("sum " + sum);
            }
        }
    }
    // endregion

    @Test
    void aHandlerIsMadeForEachConnection() throws Exception {
        String endpoint = ANY_PORT;
        // region factory
        Server server = Server.at(endpoint)
                .handler(Adder::new) // handle(new Adder()) would share one among all
                .start();
        // endregion
        try (server; Client first = Client.of(server); Client second = Client.of(server)) {
            assertThat(first.send("1\n2\n").line()).isEqualTo("sum 1");
            assertThat(first.line()).isEqualTo("sum 3");
            assertThat(second.send("5\n").line()).isEqualTo("sum 5");
        }
    }

    /// A database in which a look-up takes a while.
    private static final class Database {
        String find(String key) throws InterruptedException {
            Thread.sleep(1);
            return "found " + key;
        }
    }

    @Test
    void messagesAreHandledOneByOne() throws Exception {
        String endpoint = ANY_PORT;
        Database database = new Database();
        // region messages
        Server server = Server.at(endpoint)
                .messages(Framing.lines(), (line, client) -> client.writeLine(database.find(line)))
                .start();
        // endregion
        try (server; Client client = Client.of(server)) {
            assertThat(client.send("a\nb\n").end().rest()).isEqualTo("found a\nfound b\n");
        }
    }

    // region numbered
    static final class Numbered implements MessageHandler<String> {
        private int lines; // this connection's own

        @Override
        public void opened(Output client) throws IOException {
            client.writeLine("welcome");
        }

        @Override
        public void handle(String line, Output client) throws IOException {
            client.writeLine(++lines + " " + line);
        }

        @Override
        public void ended(Output client) throws IOException {
            client.writeLine(lines + " lines");
        }
    }
    // endregion

    @Test
    void aHandlerOfMessagesIsMadeForEachConnection() throws Exception {
        try (Server server = Server.at(ANY_PORT).messageHandler(Framing.lines(), Numbered::new).start()) {
            for (int i = 0; i < 2; i++) {
                try (Client client = Client.of(server)) {
                    assertThat(client.send("a\nb").end().rest()).isEqualTo("welcome\n1 a\n2 b\n2 lines\n");
                }
            }
        }
    }

    @Test
    void severalMessagesOfAConnectionAreInFlight() throws Exception {
        String endpoint = ANY_PORT;
        Database database = new Database();
        // region in-flight
        Server server = Server.at(endpoint).model(Model.nio())
                .messages(Framing.lines(), (line, client) -> client.writeLine(database.find(line)))
                .inFlight(16) // up to 16 queries of a client at once
                .start();
        // endregion
        try (server; Client client = Client.of(server)) {
            assertThat(client.send("1\n2\n3\n").end().rest()).isEqualTo("found 1\nfound 2\nfound 3\n");
        }
    }

    // region protocol
    static final class Counter implements Protocol {
        private long lines;

        @Override
        public void opened(Output output) throws IOException {
            output.writeLine("send lines, I count them");
        }

        @Override
        public void received(Input input, Output output) {
            for (int end; (end = input.indexOf((byte) '\n', 0)) >= 0;) {
                input.skip(end + 1); // what follows the last line feed stays, and comes again with more
                lines++;
            }
        }

        @Override
        public void ended(Output output) throws IOException {
            output.writeLine(lines + " lines");
            output.close();
        }
    }
    // endregion

    @Test
    void aProtocolIsCalledWithWhatArrived() throws Exception {
        try (Server server = Server.at(ANY_PORT).model(Model.nio()).protocol(Counter::new).start();
                Client client = Client.of(server)) {
            client.send("one\ntw").send("o\nthr").end();
            assertThat(client.rest()).isEqualTo("send lines, I count them\n2 lines\n");
        }
    }

    @Test
    void datagramsAreAnsweredOneByOne() throws Exception {
        String endpoint = "udp://127.0.0.1:0";
        // region datagrams
        Server server = Server.at(endpoint)
                .datagrams((request, reply) -> {
                    String text = StandardCharsets.UTF_8.decode(request.payload()).toString();
                    if (text.equals("ping")) {
                        reply.print("pong"); // nothing written: nothing sent
                    }
                })
                .start();
        // endregion
        try (server; DatagramSocket client = new DatagramSocket()) {
            client.connect(server.address());
            client.setSoTimeout(20_000);
            client.send(new DatagramPacket("what".getBytes(StandardCharsets.UTF_8), 4));
            client.send(new DatagramPacket("ping".getBytes(StandardCharsets.UTF_8), 4));
            DatagramPacket reply = new DatagramPacket(new byte[100], 100);
            client.receive(reply);
            assertThat(new String(reply.getData(), 0, reply.getLength(), StandardCharsets.UTF_8)).isEqualTo("pong");
            assertThat(server.stats().datagramsIn()).isEqualTo(2);
        }
    }

    @Test
    void aPeerOfDatagramsHasASession() throws Exception {
        String endpoint = "udp://127.0.0.1:0";
        // region sessions
        Server server = Server.at(endpoint)
                .sessions(Duration.ofSeconds(30), client -> {
                    int sum = 0;
                    for (String line; (line = client.readLine()) != null;) {
                        sum += Integer.parseInt(line);
                        client.print("sum " + sum);
                    }
                })
                .start();
        // endregion
        try (server; DatagramSocket client = new DatagramSocket()) {
            client.connect(server.address());
            client.setSoTimeout(20_000);
            for (String expected : List.of("sum 20", "sum 40")) {
                client.send(new DatagramPacket("20".getBytes(StandardCharsets.UTF_8), 2));
                DatagramPacket reply = new DatagramPacket(new byte[100], 100);
                client.receive(reply);
                assertThat(new String(reply.getData(), 0, reply.getLength(), StandardCharsets.UTF_8))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void otherThreadsUseASender() throws Exception {
        Map<String, Sender> waiting = new ConcurrentHashMap<>();
        Server server = Server.at(ANY_PORT).handle(client -> {
            String name = client.readLine();
            waiting.put(name == null ? "" : name, client.sender());
            client.writeLine("wait");
            client.readLine();
        }).start();
        try (server; Client client = Client.of(server)) {
            assertThat(client.send("Ann\n").line()).isEqualTo("wait");
            // region sender
            Sender ann = waiting.get("Ann"); // a handler put its client.sender() there
            if (ann != null && !ann.offer("your turn\n")) {
                ann.close(); // gone, or does not read: its queue is full
            }
            // endregion
            assertThat(client.line()).isEqualTo("your turn");
            Sender sender = requireNonNull(ann);
            // region send
            ByteBuffer message = StandardCharsets.UTF_8.encode("game over\n");
            sender.send(message, Duration.ofSeconds(5)); // waits for room, at most so long
            // endregion
            assertThat(client.line()).isEqualTo("game over");
        }
    }

    @Test
    void aReadCanHaveATimeLimit() throws Exception {
        Duration atMost = Duration.ofMillis(1);
        // region timeout
        Handler nudging = client -> {
            client.deadline(Duration.ofMinutes(10)); // the whole conversation, from now
            client.readTimeout(atMost); // each read
            while (true) {
                try {
                    String line = client.readLine();
                    if (line == null) {
                        return;
                    }
                    client.writeLine("you said " + line);
                } catch (TimedOutException e) {
                    client.writeLine("still there?"); // nothing is lost: the next read goes on
                }
            }
        };
        // endregion
        try (Server server = Server.at(ANY_PORT).handle(nudging).start(); Client client = Client.of(server)) {
            assertThat(client.line()).isEqualTo("still there?");
            assertThat(client.send("yes\n").end().rest()).contains("you said yes\n");
        }
    }

    @Test
    void aHandlerCanUseStreams() throws Exception {
        // region streams
        Handler copying = client -> {
            var reader = new BufferedReader(new InputStreamReader(client.inputStream(), StandardCharsets.UTF_8));
            reader.lines().map(String::strip).forEach(line -> {
                try {
                    client.writeLine(line);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        };
        // endregion
        try (Server server = Server.at(ANY_PORT).handle(copying).start(); Client client = Client.of(server)) {
            assertThat(client.send("  one  \n two\n").end().rest()).isEqualTo("one\ntwo\n");
        }
    }

    // region attribute
    private static final Attribute<String> USER = Attribute.named("user");
    // endregion

    @Test
    void attributesStayWithTheConnection() throws Exception {
        // region attributes
        Handler login = client -> {
            client.set(USER, client.readLine());
            client.writeLine("hello " + client.get(USER));
        };
        // endregion
        try (Server server = Server.at(ANY_PORT).handle(login).start(); Client client = Client.of(server)) {
            assertThat(client.send("Ann\n").rest()).isEqualTo("hello Ann\n");
        }
    }

    @Test
    void theCauseReportsWhyAConnectionEnded() throws Exception {
        BlockingQueue<String> log = new LinkedBlockingQueue<>();
        // region cause
        ServerListener ends = new ServerListener() {
            @Override
            public void closed(ConnectionInfo connection, Cause cause) {
                log.add(switch (cause) {
                    case Cause.Done done -> done.byPeer() ? "the client ended" : "the handler ended";
                    case Cause.PeerReset reset -> "the client was gone: " + reset.detail();
                    case Cause.TimedOut timedOut -> "too slow: " + timedOut.limit().label();
                    case Cause.LimitReached reached -> "too much: " + reached.limit().label();
                    case Cause.Failed failed -> "the handler threw " + failed.error();
                    case Cause.Stopped() -> "the server ended it";
                });
            }
        };
        // endregion
        try (Server server = Server.at(ANY_PORT).handler(Adder::new).listener(ends).start()) {
            try (Client client = Client.of(server)) {
                client.end().rest();
                assertThat(log.take()).isEqualTo("the client ended");
            }
            try (Client client = Client.of(server)) {
                client.send("x\n").rest();
                assertThat(log.take()).isEqualTo(
                        "the handler threw java.lang.NumberFormatException: For input string: \"x\"");
            }
        }
    }
}
