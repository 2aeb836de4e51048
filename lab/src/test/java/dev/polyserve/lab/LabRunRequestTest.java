package dev.polyserve.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.lab.LabRunRequest.ServerRequest;
import dev.polyserve.lab.client.LabClientRole;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests for runs, good and bad.
class LabRunRequestTest {
    private static final String COMMAND = "python3 server.py {port}";

    @Test
    void readsAllThatCanBeChosen() throws LabException {
        assertThat(parse("""
                {"servers":[{"model":"epoll","loops":2,"handOff":false},{"against":"python3 server.py {port}"}],
                 "clients":7,"workload":"compute","seconds":5}""")).isEqualTo(new LabRunRequest(
                List.of(new ServerRequest("epoll", 2, false, Optional.empty()),
                        new ServerRequest("", 1, true, Optional.of(COMMAND))),
                7, LabWorkload.COMPUTE, 5));
    }

    @Test
    void hasDefaults() throws LabException {
        assertThat(parse("{\"servers\":[{\"model\":\"thread\"}]}")).isEqualTo(
                new LabRunRequest(List.of(ServerRequest.of("thread")), 10, LabWorkload.TALKERS, 20));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            nonsense | the request for a run is no JSON
            {} | a run has 1 to 4 servers, and not 0
            {"servers":[{"model":"fibers"}]} | there is no model 'fibers', take one of epoll, thread
            {"servers":[{"model":"epoll","loops":9}]} | a run has 1 to 8 loops, and not 9
            {"servers":[{"model":"epoll"}],"clients":0} | a run has 1 to 40 clients, and not 0
            {"servers":[{"model":"epoll"}],"seconds":121} | a run has 1 to 120 seconds, and not 121
            {"servers":[{"model":"epoll"}],"workload":"x"} | there is no workload 'x', take one of talkers
            {"servers":[{"against":"rm -rf {port}"}]} | was not started with --against 'rm -rf {port}'
            """)
    void refusesInOneSentence(String json, String sentence) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(LabException.class).hasMessageContaining(sentence);
    }

    @Test
    void eachWorkloadHasItsRoles() {
        assertThat(LabWorkload.TALKERS.roles(2)).containsExactly(LabClientRole.TALKER, LabClientRole.TALKER);
        assertThat(LabWorkload.COMPUTE.roles(2)).containsExactly(LabClientRole.COMPUTING, LabClientRole.TALKER);
        assertThat(LabWorkload.BURST.roles(3)).containsExactly(LabClientRole.TALKER, LabClientRole.BURST,
                LabClientRole.BURST);
        assertThat(LabWorkload.IDLE.roles(20)).containsOnly(LabClientRole.SILENT);
    }

    private static LabRunRequest parse(String json) throws LabException {
        // In an order that does not change.
        return LabRunRequest.parse(json, new java.util.TreeSet<>(Set.of("thread", "epoll")), List.of(COMMAND));
    }
}
