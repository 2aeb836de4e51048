package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Sender;
import dev.polyserve.Server;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.hub.DeadlockException;
import dev.polyserve.coroutine.Generator;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.Pool;
import dev.polyserve.coroutine.hub.Task;
import dev.polyserve.coroutine.hub.TimeoutExpiredException;
import dev.polyserve.coroutine.hub.Timeout;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Runs the snippets of `docs/guide/coroutines.md`.
class CoroutinesGuideTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    // region average
    static Generator<Double> average() {
        return Generator.of(out -> {
            double sum = 0;
            for (int count = 0;; count++) {
                Integer sent = out.exchange(count == 0 ? 0 : sum / count, Integer.class);
                sum += sent == null ? 0 : sent;
            }
        });
    }
    // endregion

    // region inOrder
    record Tree(List<Tree> below, String name) {
        Generator<String> names() {
            return Generator.of(out -> {
                out.yield(name);
                for (Tree child : below) {
                    out.yieldAll(child.names());
                }
            });
        }
    }
    // endregion

    @Test
    void generators() {
        try (Generator<Double> average = average()) {
            average.next();
            assertThat(average.send(10)).isEqualTo(10);
            assertThat(average.send(30)).isEqualTo(20);
        }
        var tree = new Tree(List.of(new Tree(List.of(new Tree(List.of(), "c")), "b"), new Tree(List.of(), "d")), "a");
        assertThat(tree.names().stream().toList()).containsExactly("a", "b", "c", "d");
    }

    // region spawnJoin
    static List<String> spawnAndJoin() throws Exception {
        return Hub.call(hub -> {
            var pages = new ArrayList<Task<String>>();
            for (String name : List.of("a", "b", "c")) {
                pages.add(hub.spawn(() -> fetch(hub, name)));
            }
            hub.joinAll(pages);
            var texts = new ArrayList<String>();
            for (Task<String> page : pages) {
                texts.add(page.get());
            }
            return texts;
        });
    }
    // endregion

    private static String fetch(Hub hub, String name) throws InterruptedException {
        hub.sleep(Duration.ofMillis(1));
        return "page " + name;
    }

    @Test
    void spawnsAndJoins() throws Exception {
        assertThat(spawnAndJoin()).containsExactly("page a", "page b", "page c");
    }

    // region timeout
    static String askWithin(Hub hub, Duration limit) throws Exception {
        Timeout timeout = Timeout.after(limit);
        try {
            return timeout.call(() -> fetch(hub, "slow"));
        } catch (TimeoutExpiredException e) {
            if (e.timeout() == timeout) {
                return "no answer";
            }
            throw e;
        }
    }
    // endregion

    @Test
    void timesOut() throws Exception {
        Hub.run(hub -> {
            assertThat(askWithin(hub, LONG)).isEqualTo("page slow");
            assertThat(askWithin(hub, Duration.ZERO)).isEqualTo("no answer");
        });
    }

    // region pool
    static void crawl(Hub hub, List<String> names, Consumer<String> out) throws Exception {
        var pool = new Pool(hub, 2);
        pool.forEachResult(names, name -> fetch(hub, name), out);
    }
    // endregion

    @Test
    void pools() throws Exception {
        var seen = new ArrayList<String>();
        Hub.run(hub -> crawl(hub, List.of("a", "b", "c"), seen::add));
        assertThat(seen).containsExactlyInAnyOrder("page a", "page b", "page c");
    }

    // region offload
    static long countedElsewhere(Hub hub) throws Exception {
        return hub.offload(() -> {
            long sum = 0;
            for (int i = 0; i < 1_000_000; i++) {
                sum += i;
            }
            return sum;
        });
    }
    // endregion

    // region blocking
    static String nextLine(Hub hub, LinkedBlockingQueue<String> lines) throws Exception {
        return hub.blocking(lines::take);
    }
    // endregion

    // region which
    static String which(Hub hub) {
        return hub.lendsThread() ? "every call that blocks is a switch" : Carrier.whyNot().orElse("as asked for");
    }
    // endregion

    @Test
    void offloadsAndBlocks() throws Exception {
        Hub.run(hub -> {
            assertThat(countedElsewhere(hub)).isEqualTo(499_999_500_000L);
            var lines = new LinkedBlockingQueue<String>();
            Task<String> reader = hub.spawn(() -> nextLine(hub, lines));
            hub.yield();
            lines.put("here");
            assertThat(reader.get()).isEqualTo("here");
            assertThat(which(hub)).isNotEmpty();
        });
    }

    // region deadlock
    static void waitForEachOther() throws Exception {
        Hub.run(hub -> {
            var pair = new ArrayList<Task<?>>();
            pair.add(hub.spawn("chicken", () -> pair.get(1).join()));
            pair.add(hub.spawn("egg", () -> pair.get(0).join()));
        });
    }
    // endregion

    @Test
    void explainsDeadlocks() {
        assertThatExceptionOfType(DeadlockException.class).isThrownBy(CoroutinesGuideTest::waitForEachOther)
                .withMessageContaining("task chicken (running, waits for task egg)");
    }

    // region handlerSpawns
    static Server fetching(String endpoint, Model model) throws IOException {
        return Server.at(endpoint).model(model).handle(client -> {
            Hub hub = Hub.current(); // the event loop that serves this client
            for (String names; (names = client.readLine()) != null;) {
                var pages = new ArrayList<Task<String>>();
                for (String name : names.split(" ", -1)) {
                    pages.add(hub.spawn(() -> fetch(hub, name)));
                }
                for (Task<String> page : pages) {
                    client.writeLine(page.get());
                }
            }
        }).start();
    }
    // endregion

    @Test
    void handlersSpawnOnTheirLoop() throws Exception {
        try (Server server = fetching("tcp://127.0.0.1:0", Model.nio()); Client client = Client.of(server)) {
            assertThat(client.send("a b\n").line()).isEqualTo("page a");
            assertThat(client.line()).isEqualTo("page b");
        }
    }

    // region heartbeat
    static void serveWithHeartbeat(Connection client, Duration period) throws Exception {
        Hub hub = Hub.current();
        Sender sender = client.sender();
        Task<?> heartbeat = hub.spawn("heartbeat", () -> {
            while (true) {
                hub.sleep(period);
                sender.offer("still here\n");
            }
        });
        try {
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine(line);
            }
        } finally {
            heartbeat.kill();
        }
    }
    // endregion

    // region report
    static Task<?> report(Server server, Duration period, Consumer<String> out) {
        Hub hub = server.hub().orElseThrow(); // none under models without event loops
        return hub.spawn("report", () -> {
            while (true) {
                hub.sleep(period);
                out.accept(server.connections().size() + " clients");
            }
        });
    }
    // endregion

    @Test
    void tasksRunOnTheLoopOfAServer() throws Exception {
        var reports = new LinkedBlockingQueue<String>();
        Duration period = Duration.ofMillis(5);
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.nio())
                .handle(client -> serveWithHeartbeat(client, period)).start(); Client client = Client.of(server)) {
            assertThat(client.line()).isEqualTo("still here");
            Task<?> reporting = report(server, period, reports::add);
            assertThat(reports.take()).isEqualTo("1 clients");
            server.drain(Duration.ZERO);
            assertThat(reporting.isKilled()).isTrue();
        }
    }

    // region serverInHub
    static List<String> askOwnServer(List<String> names) throws Exception {
        return Hub.call(hub -> {
            try (Server server = fetching("tcp://127.0.0.1:0", Model.nio())) {
                var pool = new Pool(hub, 2);
                return pool.map(names, name -> hub.blocking(() -> ask(server, name)));
            }
        });
    }
    // endregion

    private static String ask(Server server, String name) throws Exception {
        try (Client client = Client.of(server)) {
            return String.valueOf(client.send(name + "\n").line());
        }
    }

    @Test
    void aServerRunsInAHub() throws Exception {
        assertThat(askOwnServer(List.of("a", "b", "c"))).containsExactly("page a", "page b", "page c");
    }

    // region kill
    static boolean endWithin(Task<?> task, Duration limit) throws InterruptedException {
        task.link(done -> IO.println(done + ": " + done.phase()));
        return task.kill(limit);
    }
    // endregion

    @Test
    void kills() throws Exception {
        Hub.run(hub -> {
            Task<?> task = hub.spawn(() -> hub.sleep(LONG));
            hub.yield();
            assertThat(endWithin(task, LONG)).isTrue();
            assertThat(task.isKilled()).isTrue();
        });
    }
}
