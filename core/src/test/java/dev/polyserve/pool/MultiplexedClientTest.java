package dev.polyserve.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Framing;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Requests of many threads and handlers over one connection. A message is a line, whose first word is its id.
@Timeout(60)
class MultiplexedClientTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final long LONG_SECONDS = 20;
    private static final Duration LONG = Duration.ofSeconds(LONG_SECONDS);

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// Answers `ID hold` when `ID go` comes, in reverse order, `ID end` by ending, `ID twice` twice, and echoes others.
    private static void serve(Connection client) throws IOException {
        List<String> held = new ArrayList<>();
        for (String line; (line = client.readLine()) != null;) {
            switch (line.substring(line.indexOf(' ') + 1)) {
                case "hold" -> held.addFirst(line);
                case "end" -> {
                    return;
                }
                case "go" -> {
                    held.addFirst(line);
                    for (String each : held) {
                        client.writeLine(each);
                    }
                    held.clear();
                }
                case "twice" -> {
                    client.writeLine(line);
                    client.writeLine(line);
                }
                default -> client.writeLine(line);
            }
        }
    }

    private static Server server() throws IOException {
        return Server.at("tcp://127.0.0.1:0").model(Model.virtual()).handle(MultiplexedClientTest::serve).start();
    }

    private static MultiplexedClient<String, String> to(Endpoint endpoint, int mostInFlight) {
        return new MultiplexedClient<>(Client.to(endpoint), Framing.lines(),
                line -> line.substring(0, line.indexOf(' ')), mostInFlight);
    }

    private static MultiplexedClient<String, String> to(Server server, int mostInFlight) {
        return to(server.endpoints().getFirst(), mostInFlight);
    }

    private Future<String> asks(MultiplexedClient<String, String> client, String line) {
        return threads.submit(() -> client.request(line, LONG));
    }

    private static String get(Future<String> answer) throws Exception {
        return answer.get(LONG_SECONDS, TimeUnit.SECONDS);
    }

    private static void await(BooleanSupplier happened) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG_SECONDS);
        while (!happened.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(until);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    @Test
    void shouldMatchAnswersThatComeInAnotherOrder() throws Exception {
        try (Server server = server(); MultiplexedClient<String, String> client = to(server, 10)) {
            Future<String> first = asks(client, "1 hold");
            await(() -> client.stats().inFlight() == 1);
            Future<String> second = asks(client, "2 hold");
            await(() -> client.stats().inFlight() == 2);
            assertThat(client.request("3 echo", LONG)).isEqualTo("3 echo");
            assertThat(get(asks(client, "4 go"))).isEqualTo("4 go");
            assertThat(get(second)).isEqualTo("2 hold");
            assertThat(get(first)).isEqualTo("1 hold");
            assertThat(client.stats().connected()).isEqualTo(1);
            assertThat(client.stats().answered()).isEqualTo(4);
        }
    }

    @Test
    void shouldServeManyHandlersOfSeveralEventLoops() throws Exception {
        AtomicInteger ids = new AtomicInteger();
        try (Server server = server();
                MultiplexedClient<String, String> backend = to(server, 4);
                Server gateway = Server.at("tcp://127.0.0.1:0").model(Model.nio(2))
                        .messages(Framing.lines(),
                                (line, client) -> client
                                        .writeLine(backend.request(ids.incrementAndGet() + " " + line, LONG)))
                        .start()) {
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                clients.add(threads.submit(() -> askMany(gateway, number)));
            }
            for (Future<Integer> each : clients) {
                assertThat(each.get(LONG_SECONDS, TimeUnit.SECONDS)).isEqualTo(50);
            }
            assertThat(server.connections()).hasSize(1);
            assertThat(backend.stats().answered()).isEqualTo(500);
            assertThat(backend.stats().inFlight()).isZero();
        }
    }

    private static int askMany(Server gateway, int number) throws IOException {
        int count = 0;
        try (Connection connection = Client.to(gateway.endpoints().getFirst()).connect()) {
            for (int i = 0; i < 50; i++) {
                connection.writeLine(number + " " + i);
                assertThat(connection.readLine()).endsWith(" " + number + " " + i);
                count++;
            }
        }
        return count;
    }

    @Test
    void shouldHaveRequestsBeyondTheBoundWait() throws Exception {
        try (Server server = server(); MultiplexedClient<String, String> client = to(server, 1)) {
            Future<String> held = asks(client, "1 hold");
            await(() -> client.stats().inFlight() == 1);
            assertThatThrownBy(() -> client.request("2 go", SHORT)).isInstanceOf(TimedOutException.class)
                    .hasMessageContaining("turn");
            assertThat(client.stats().inFlight()).isEqualTo(1);
            assertThat(held).isNotDone();
        }
    }

    @Test
    void shouldDiscardAnAnswerThatComesTooLate() throws Exception {
        try (Server server = server(); MultiplexedClient<String, String> client = to(server, 3)) {
            assertThat(client.request("0 echo", LONG)).isEqualTo("0 echo");
            assertThatThrownBy(() -> client.request("1 hold", SHORT)).isInstanceOf(TimedOutException.class)
                    .hasMessageContaining("answer");
            assertThat(client.stats().expired()).isEqualTo(1);
            assertThatThrownBy(() -> client.request("1 echo", LONG)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("in flight");
            assertThat(client.request("2 go", LONG)).isEqualTo("2 go");
            await(() -> client.stats().late() == 1);
            assertThat(client.request("1 echo", LONG)).isEqualTo("1 echo");
            assertThat(client.stats().inFlight()).isZero();
        }
    }

    @Test
    void shouldAnswerOnceWhateverTheServerRepeats() throws Exception {
        try (Server server = server(); MultiplexedClient<String, String> client = to(server, 3)) {
            assertThat(client.request("1 twice", LONG)).isEqualTo("1 twice");
            await(() -> client.stats().unasked() == 1);
            assertThat(client.request("2 echo", LONG)).isEqualTo("2 echo");
        }
    }

    @Test
    void shouldBeAsBeforeAfterAnIdThatFails() throws Exception {
        record Id(String text) {
            @Override
            public int hashCode() {
                if (text.equals("bad")) {
                    throw new IllegalStateException("no hash");
                }
                return text.hashCode();
            }
        }
        try (Server server = server();
                MultiplexedClient<String, Id> client = new MultiplexedClient<>(
                        Client.to(server.endpoints().getFirst()), Framing.lines(),
                        line -> new Id(line.substring(0, line.indexOf(' '))), 1)) {
            assertThatThrownBy(() -> client.request("bad echo", LONG)).hasMessage("no hash");
            assertThat(client.request("1 echo", LONG)).isEqualTo("1 echo");
        }
    }

    @Test
    void shouldReplaceAConnectionThatAnswersNothing() throws Exception {
        try (Server server = server(); MultiplexedClient<String, String> client = to(server, 2)) {
            assertThat(client.request("0 echo", LONG)).isEqualTo("0 echo");
            for (String line : List.of("1 hold", "2 hold")) {
                assertThatThrownBy(() -> client.request(line, SHORT)).isInstanceOf(TimedOutException.class);
            }
            assertThat(client.request("1 echo", LONG)).isEqualTo("1 echo");
            assertThat(client.stats().connected()).isEqualTo(2);
        }
    }

    @Test
    void shouldFailEachRequestOnceWhenTheConnectionEndsAndConnectAgain() throws Exception {
        try (Server server = server(); MultiplexedClient<String, String> client = to(server, 10)) {
            List<Future<String>> lost = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                lost.add(asks(client, i + " hold"));
            }
            await(() -> server.connections().stream().mapToLong(ConnectionInfo::bytesIn).sum() == 3
                    * (long) "0 hold\n".length());
            lost.add(asks(client, "3 end"));
            for (Future<String> each : lost) {
                assertThatThrownBy(() -> get(each)).isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(ConnectionException.class);
            }
            assertThat(client.request("4 echo", LONG)).isEqualTo("4 echo");
            assertThat(client.stats().connected()).isEqualTo(2);
            assertThat(client.stats().failed()).isEqualTo(4);
            assertThat(client.stats().inFlight()).isZero();
        }
    }

    @Test
    void shouldFailWhenNothingListensAndConnectOnceSomethingDoes() throws Exception {
        Endpoint endpoint;
        try (Server server = server()) {
            endpoint = server.endpoints().getFirst();
        }
        try (MultiplexedClient<String, String> client = to(endpoint, 10)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> client.request("1 echo", LONG)).isInstanceOf(ConnectException.class)
                        .hasMessageContaining(endpoint.toString());
            }
            try (Server _ = Server.at(endpoint).model(Model.virtual()).handle(MultiplexedClientTest::serve).start()) {
                assertThat(client.request("1 echo", LONG)).isEqualTo("1 echo");
            }
        }
    }

    /// No answer is that of another request, and none is lost silently.
    @Test
    void shouldSurviveRestartsOfTheServer() throws Exception {
        Server now = server();
        Endpoint endpoint = now.endpoints().getFirst();
        AtomicInteger ids = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        MultiplexedClient<String, String> client = to(endpoint, 4);
        try {
            List<Future<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                callers.add(threads.submit(() -> call(client, ids, answered, failed)));
            }
            for (int i = 0; i < 4; i++) {
                int before = answered.get();
                await(() -> answered.get() > before + 20);
                now.close();
                now = Server.at(endpoint).model(Model.virtual()).handle(MultiplexedClientTest::serve).start();
            }
            int before = answered.get();
            await(() -> answered.get() > before + 20);
            client.close();
            int begun = 0;
            for (Future<Integer> caller : callers) {
                begun += caller.get(LONG_SECONDS, TimeUnit.SECONDS);
            }
            assertThat(client.stats().answered()).isEqualTo(answered.get());
            assertThat(answered.get() + failed.get()).isEqualTo(begun);
            assertThat(client.stats().failed()).isLessThanOrEqualTo(failed.get());
            assertThat(client.stats().late() + client.stats().unasked()).isZero();
        } finally {
            client.close();
            now.close();
        }
    }

    /// @return how many requests it has begun while the client was open
    private static int call(MultiplexedClient<String, String> client, AtomicInteger ids, AtomicInteger answered,
            AtomicInteger failed) throws InterruptedException {
        int begun = 0;
        while (true) {
            String line = ids.incrementAndGet() + " echo";
            begun++;
            try {
                assertThat(client.request(line, LONG)).isEqualTo(line);
                answered.incrementAndGet();
            } catch (IllegalStateException e) {
                return begun - 1; // closed
            } catch (IOException e) {
                assertThat(e).isNotInstanceOf(TimedOutException.class);
                failed.incrementAndGet();
            }
        }
    }

    @Test
    void shouldEndItsRequestsWhenItIsClosed() throws Exception {
        try (Server server = server()) {
            MultiplexedClient<String, String> client = to(server, 10);
            Future<String> held = asks(client, "1 hold");
            await(() -> client.stats().inFlight() == 1 && !server.connections().isEmpty());
            client.close();
            client.close();
            assertThatThrownBy(() -> get(held)).hasCauseInstanceOf(ConnectionException.class);
            assertThatThrownBy(() -> client.request("2 echo", LONG)).isInstanceOf(IllegalStateException.class);
            await(() -> server.connections().isEmpty());
        }
    }
}
