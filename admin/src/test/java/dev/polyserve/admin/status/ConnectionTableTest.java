package dev.polyserve.admin.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.ConnectionFuture;
import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The table of connections that go on while they are sorted.
class ConnectionTableTest {
    private static final int CONNECTIONS = 5_000;
    private static final int ROWS = 10;

    @ParameterizedTest
    @EnumSource
    void figuresMayChangeWhileConnectionsAreSorted(ConnectionTable.Column column) {
        List<ConnectionFuture> open = LongStream.rangeClosed(1, CONNECTIONS).mapToObj(ConnectionTableTest::connection)
                .toList();
        Server server = proxy(Server.class, (_, method, _) -> method.getName().equals("workers") ? List.of() : open);
        ConnectionTable table = new ConnectionTable(server);
        for (boolean descending : new boolean[]{false, true}) {
            Map<String, Object> rows = table.rows(new ConnectionTable.Query(column, descending, "", ROWS));
            assertThat(rows).containsEntry("total", CONNECTIONS).containsEntry("matching", CONNECTIONS);
            assertThat((List<?>) rows.get("rows")).hasSize(ROWS);
        }
    }

    /// A connection whose figures and state are others at each look.
    private static ConnectionFuture connection(long id) {
        return proxy(ConnectionFuture.class, (_, method, _) -> switch (method.getName()) {
            case "id" -> id;
            case "peer" -> new InetSocketAddress(InetAddress.getLoopbackAddress(), (int) id);
            case "endpoint" -> Endpoint.parse("tcp://127.0.0.1:80");
            case "bytesIn", "bytesOut" -> ThreadLocalRandom.current().nextLong(CONNECTIONS);
            case "age" -> Duration.ofSeconds(id);
            case "isDone", "isRunning" -> ThreadLocalRandom.current().nextBoolean();
            default -> Optional.empty();
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, handler));
    }
}
