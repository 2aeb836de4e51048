package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.linux.UnixDatagramClient;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.ChildExitStatus;
import dev.polyserve.linux.process.ChildProgram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The tests of Python's forking servers: each client has a process of its own, which is reaped as soon as it has
/// served, and no other process is affected.
@Tag("slow")
@Timeout(60)
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class ForkingServersTest extends ContractTests {
    private static final Path PROCESSES = Path.of("/proc");

    private final ContractCell cell;

    ForkingServersTest(ContractCell cell) {
        this.cell = cell;
    }

    @Override
    ContractCell cell() {
        return cell;
    }

    @BeforeAll
    static void needsProcesses() {
        Requirements.model(Model.process());
    }

    static List<ContractCell> cells() {
        return List.of(new ContractCell(HandlerStyle.HANDLER, Model.process(40, StreamCells.SPARE), EndpointKind.TCP));
    }

    /// Sends its process id, then echoes.
    private static TestService sendsItsProcessId() {
        return ofHandler(connection -> {
            connection.writeLine(Long.toString(ProcessHandle.current().pid()));
            TestService.echo(connection);
        });
    }

    private static TestService ofHandler(Handler handler) {
        return new TestService(() -> handler, TestService.echo().protocol());
    }

    private static boolean exists(String pid) {
        return Files.exists(PROCESSES.resolve(pid));
    }

    @Test
    void shouldHaveFortyChildrenAtMostByDefault() {
        assertEquals(Model.process(40), Model.process());
    }

    @Test
    void shouldServeThreeClientsOneAfterAnotherAndLeaveNoChild() throws Exception {
        Set<String> children = new TreeSet<>();
        try (ServerFixture fixture = start(sendsItsProcessId())) {
            for (int i = 0; i < 3; i++) {
                try (TestClient client = fixture.connect()) {
                    children.add(client.line());
                    client.send("hello world\n");
                    assertEquals("hello world", client.line());
                }
            }
            fixture.server.workers().forEach(worker -> children.add(Long.toString(worker.pid())));
        }
        assertTrue(children.size() >= 3, "each in a process of its own");
        assertFalse(children.contains(Long.toString(ProcessHandle.current().pid())));
        // A zombie would have an entry in /proc too.
        assertEquals(List.of(), children.stream().filter(ForkingServersTest::exists).toList());
    }

    @Test
    void shouldNotReapAChildOfTheProgram() throws Exception {
        try (ServerFixture fixture = start(sendsItsProcessId())) {
            // Not by ProcessBuilder, which has a thread that reaps each child: this child stays unreaped.
            ChildProgram program = new ChildProgram(List.of("/bin/sh", "-c", "exit 72"), Map.of(), Optional.empty(),
                    false);
            try (ChildProcess child = program.start(0, 1, 2)) {
                for (int i = 0; i < 2; i++) {
                    String worker;
                    try (TestClient client = fixture.connect()) {
                        worker = client.line();
                    }
                    Eventually.until("the server has reaped its own child", () -> !exists(worker));
                }
                assertEquals(Optional.of("exit 72"), child.await(ServerFixture.TIMEOUT).map(ChildExitStatus::text));
            }
        }
    }

    @Test
    void shouldReapAChildAsSoonAsItHasServed() throws Exception {
        try (ServerFixture fixture = start(sendsItsProcessId()); TestClient client = fixture.connect()) {
            String child = client.line();
            assertTrue(exists(child));
            client.end();
            assertEquals("", client.textToTheEnd(), "the end arrives without another client");
            Eventually.until("the child is reaped", () -> !exists(child));
            assertTrue(
                    fixture.server.workers().stream().noneMatch(worker -> Long.toString(worker.pid()).equals(child)));
        }
    }

    @Test
    void shouldServeOthersWhileAChildIsSlow() throws Exception {
        TestService slow = ofHandler(connection -> {
            connection.writeLine(Long.toString(ProcessHandle.current().pid()));
            connection.flush();
            // Inherited by every child, for as long as this process lives.
            while (!"go on".equals(connection.readLine())) {
                Thread.onSpinWait();
            }
        });
        try (ServerFixture fixture = start(slow); TestClient first = fixture.connect()) {
            String child = first.line();
            for (int i = 0; i < 2; i++) {
                try (TestClient other = fixture.connect()) {
                    assertNotEquals(child, other.line());
                    other.send("go on\n");
                    assertEquals("", other.textToTheEnd());
                }
            }
            first.send("go on\n");
            assertEquals("", first.textToTheEnd());
        }
    }

    @Test
    void shouldLoseOneConnectionWhenAChildExits() throws Exception {
        TestService exits = ofHandler(connection -> {
            String line = String.valueOf(connection.readLine());
            if (line.equals("exit")) {
                Runtime.getRuntime().halt(3);
            }
            connection.writeLine(line);
        });
        try (ServerFixture fixture = start(exits);
                TestClient good = fixture.connect();
                TestClient bad = fixture.connect()) {
            bad.send("exit\n");
            bad.awaitClosed();
            Throwable error = assertInstanceOf(Cause.Failed.class, fixture.events.nextCause()).error();
            assertTrue(String.valueOf(error.getMessage()).contains("exit 3"), error::toString);
            assertTrue(String.valueOf(fixture.events.nextFailed().error().getMessage()).contains("exit 3"));
            good.send("still here\n");
            assertEquals("still here\n", good.textToTheEnd());
            assertEquals(1, fixture.server.stats().failed());
        }
    }

    @Test
    void shouldKeepNoMoreChildrenThanItServes() throws Exception {
        int clients = ContractCell.FULL ? 10 : 5;
        try (ServerFixture fixture = start(sendsItsProcessId())) {
            List<String> children = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                try (TestClient client = fixture.connect()) {
                    children.add(client.line());
                }
            }
            fixture.awaitOver(clients);
            assertEquals(clients, Set.copyOf(children).size());
            Eventually.until("all children are reaped", () -> children.stream().noneMatch(ForkingServersTest::exists));
        }
    }

    @Test
    void shouldAnswerUnixDatagrams() throws Exception {
        Path directory = Files.createTempDirectory("polyserve");
        Endpoint endpoint = new Endpoint.UnixDatagram(directory.resolve("server"));
        try (Server server = ServerFixture.builder(cell, endpoint)
                .datagrams((request, reply) -> reply.write(request.payload()))
                .start();
                UnixDatagramClient client = UnixDatagramClient.connect(directory.resolve("server"),
                        directory.resolve("client"))) {
            assertEquals(1, server.endpoints().size());
            for (int i = 0; i < 3; i++) {
                client.send(ByteBuffer.wrap("hello world\n".getBytes(StandardCharsets.UTF_8)));
                ByteBuffer answer = ByteBuffer.allocate(100);
                assertEquals(12, client.receive(answer));
            }
        } finally {
            delete(directory.resolve("client"));
            delete(directory);
        }
    }

    private static void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }
}
