package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.AutoModelChoice;
import dev.polyserve.spi.ModelDefinition;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What the model `auto` takes. Here the module of Linux is not there; `EpollChoiceTest` has the choice where it is.
class AutoModelChoiceTest {
    private static final Optional<String> FLAG = Optional.of("the flag is missing");
    private static final Optional<String> EPOLL = Optional.of("epoll is refused");
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static Model taken(boolean mayWait, Optional<String> whyNotHandedOff, Optional<String> whyNoEpoll) {
        return Runners.choice(3, mayWait, whyNotHandedOff, () -> whyNoEpoll).model();
    }

    @Test
    void handlersGetLoopsThatNothingCanBlockOrVirtualThreads() {
        assertThat(taken(true, Optional.empty(), Optional.empty())).isEqualTo(Model.epoll(3));
        assertThat(taken(true, FLAG, Optional.empty())).isEqualTo(Model.virtual());
        assertThat(taken(true, Optional.empty(), EPOLL)).isEqualTo(Model.virtual());
    }

    @Test
    void protocolsGetLoopsAlsoWithoutTheFlag() {
        assertThat(taken(false, FLAG, Optional.empty())).isEqualTo(Model.epoll(3));
        assertThat(taken(false, Optional.empty(), EPOLL)).isEqualTo(Model.nio(3));
    }

    @Test
    void theReasonIsSaid() {
        assertThat(Runners.choice(1, true, FLAG, () -> {
            throw new AssertionError("epoll is tried in vain, which makes the JDK warn");
        })).hasToString("virtual: " + FLAG.orElseThrow());
        assertThat(Runners.choice(2, false, Optional.empty(), () -> EPOLL).toString())
                .startsWith("nio with 2 event loops: ").endsWith(EPOLL.orElseThrow());
    }

    private static ServerProvider.Setup setup(Model model, ServerProvider.Streams style, Options options) {
        return new ServerProvider.Setup(List.of(), model, style, null, options, null, List.of(), List.of(), List.of(),
                null);
    }

    private static Optional<AutoModelChoice> choice(Model model, ServerProvider.Streams style) {
        return Runners.choice(setup(model, style, Options.defaults()));
    }

    @Test
    void onlyAutoIsChosen() {
        ServerProvider.Streams events = new ServerProvider.Events(() -> (_, _) -> {
        });
        assertThat(choice(Model.thread(), events)).isEmpty();
        assertThat(choice(Model.auto(), events).orElseThrow().model()).isEqualTo(Model.nio(PROCESSORS));
        assertThat(choice(Model.auto(5), events).orElseThrow().model()).isEqualTo(Model.nio(5));
        ModelDefinition pool = ModelDefinition.of(choice(Model.processPool(1000), events).orElseThrow().model());
        assertThat(pool.execution().inner()).as("one loop in each of many workers")
                .contains(ModelDefinition.of(Model.nio(1)));
    }

    @Test
    void handlersGetNoLoopsThatAreNotToBeHandedOff() {
        Options never = Options.defaults().withTimeouts(times -> times.withHandOff(Duration.ZERO));
        assertThat(Runners.choice(setup(Model.auto(), new ServerProvider.Sequential(() -> _ -> {
        }), never))).hasValueSatisfying(taken -> assertThat(taken.toString()).contains("virtual: ", "hand-off"));
    }

    @Test
    void theServerHasTheModelThatWasTaken() throws IOException {
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.auto()).handle(_ -> {
        }).bind()) {
            assertThat(server.model()).isEqualTo(Model.virtual());
        }
        assertThat(Server.whyNot(Model.auto())).as("every machine can run some model").isEmpty();
        assertThat(ModelDefinition.of(Model.auto()).execution()).isInstanceOf(HandlerExecutionStrategy.Auto.class);
        assertThat(Carrier.whyNot()).as("the tests run with the flag").isEmpty();
    }
}
