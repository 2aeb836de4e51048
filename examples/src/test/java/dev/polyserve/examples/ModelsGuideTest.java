package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.ModelUnavailableException;
import dev.polyserve.Server;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// Runs the snippets of `docs/guide/models.md`.
class ModelsGuideTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    @Test
    void theModelIsOneWord() throws Exception {
        Handler handler = client -> client.writeLine(Thread.currentThread().isVirtual() ? "virtual" : "platform");
        String endpoint = ANY_PORT;
        // region oneWord
        Server server = Server.at(endpoint).model(Model.virtual()).handle(handler).start();
        Server same = Server.at(endpoint).model(Model.thread()).handle(handler).start();
        Server again = Server.at(endpoint).model(Model.named("nio")).handle(handler).start();
        // endregion
        try (server; same; again) {
            assertThat(answer(server)).isEqualTo("virtual\n");
            assertThat(answer(same)).isEqualTo("platform\n");
            assertThat(answer(again)).as("a coroutine is a virtual thread").isEqualTo("virtual\n");
        }
    }

    private static String answer(Server server) throws IOException {
        try (Client client = Client.of(server)) {
            return client.rest();
        }
    }

    @Test
    void aModelSaysWhyItCannotRun() {
        // region whyNot
        Model wanted = Model.epoll();
        Model model = Server.whyNot(wanted).isEmpty() ? wanted : Model.nio();
        // endregion
        assertThat(Server.whyNot(model)).isEmpty();
        List<Model> unavailable = Model.all().stream().filter(m -> Server.whyNot(m).isPresent()).toList();
        for (Model each : unavailable) {
            assertThatThrownBy(() -> Server.at(ANY_PORT).model(each).handle(_ -> {}).start())
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessageContaining(Server.whyNot(each).orElseThrow());
        }
    }

    @Test
    void aPoolHasNamesAndAnInitialiser() throws Exception {
        Set<String> prepared = ConcurrentHashMap.newKeySet();
        // region pool
        Model pool = Model.threadPool(8, "worker-", // worker-1 … worker-8
                () -> prepared.add(Thread.currentThread().getName()));
        // endregion
        Server server = Server.at(ANY_PORT).model(pool)
                .handle(client -> client.writeLine(Thread.currentThread().getName())).start();
        try (server) {
            assertThat(prepared).hasSize(8);
            assertThat(prepared).contains(answer(server).strip());
        }
    }
}
