package dev.polyserve.lab.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.lab.LabServerProgram;
import dev.polyserve.lab.Lab;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LabPageServerTest {
    private static final Endpoint.Tcp ANY_PORT = new Endpoint.Tcp("127.0.0.1", 0);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Lab lab = Lab.open(new LabServerProgram(List.of("no such program")),
            List.of("python3 server.py {port}"));
    private final LabPageServer server = LabPageServer.start(ANY_PORT, lab);
    private final String token = server.address().getFragment();

    LabPageServerTest() throws Exception {}

    @AfterEach
    void stop() {
        server.close();
        server.close();
        lab.close();
        http.close();
    }

    @Test
    void thePageLoadsNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = send(request("").GET());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("lab.css", "page.js").doesNotContain("src=\"http", "href=\"http");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'");
        for (String file : LabPageFiles.SCRIPTS) {
            assertThat(send(request(file).GET()).headers().firstValue("Content-Type").orElse("")).as(file)
                    .startsWith("text/javascript");
        }
    }

    @Test
    void theChoicesAreThoseOfTheLab() throws Exception {
        assertThat(send(request("choices").GET()).body()).isEqualTo(lab.choices()).contains("python3 server.py {port}");
    }

    @Test
    void aRunTakesTheToken() throws Exception {
        assertThat(send(request("start").POST(BodyPublishers.ofString("{}"))).statusCode()).isEqualTo(401);
        assertThat(send(request("stop").header("Authorization", "Bearer " + token + "0")
                .POST(BodyPublishers.noBody())).statusCode()).isEqualTo(401);
        assertThat(lab.current()).isEmpty();
        assertThat(send(withToken("stop").POST(BodyPublishers.noBody())).statusCode()).isEqualTo(200);
    }

    @Test
    void requestsOfOtherSitesAreRefused() throws Exception {
        HttpResponse<String> answer = send(withToken("start").header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.ofString("{}")));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("open the lab page itself");
        assertThat(send(request("choices").header("Origin", "http://elsewhere.example").GET()).statusCode())
                .isEqualTo(403);
        assertThat(lab.current()).isEmpty();
    }

    @Test
    void aWrongRequestIsAnsweredInOneSentence() throws Exception {
        HttpResponse<String> none = send(withToken("start").POST(BodyPublishers.ofString("{\"servers\": []}")));
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(none.body()).contains("a run has 1 to 4 servers");
        HttpResponse<String> other = send(withToken("start")
                .POST(BodyPublishers.ofString("{\"servers\": [{\"against\": \"rm {port}\"}]}")));
        assertThat(other.statusCode()).isEqualTo(400);
        assertThat(other.body()).contains("--against");
        assertThat(send(withToken("start").POST(BodyPublishers.ofString("x".repeat(100_000)))).statusCode())
                .isEqualTo(413);
        assertThat(send(request("start").GET()).statusCode()).isEqualTo(405);
        assertThat(send(request("nothing").GET()).body()).contains("there is nothing at /nothing");
        assertThat(send(request("run.html").GET()).body()).contains("there is no run");
    }

    @Test
    void aBusyPortIsNamed() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> LabPageServer.start(new Endpoint.Tcp("127.0.0.1", busy.getLocalPort()), lab))
                    .isInstanceOf(IOException.class).hasMessageContaining("127.0.0.1:" + busy.getLocalPort())
                    .hasMessageContaining("take another port");
        }
    }

    @Test
    void otherMachinesCannotReachIt() {
        assertThatThrownBy(() -> LabPageServer.start(new Endpoint.Tcp("*", 0), lab))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("for this machine only");
    }

    private HttpRequest.Builder request(String path) {
        URI address = server.address();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + "/" + path));
    }

    private HttpRequest.Builder withToken(String path) {
        return request(path).header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
