package dev.polyserve.examples.resp;

import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;

/// A store in memory that speaks RESP, in both styles: `PING`, `ECHO`, `SET`, `GET`, `DEL`, `INCR`, `EXISTS`, `QUIT`, and what
/// `redis-cli` and `redis-benchmark` ask before they begin.
///
/// A request has at most 1 MiB and 1024 words, the store 256 MiB. Pipelined requests are answered in one write; a `PING`
/// or a `GET` allocates nothing.
public final class RespServer {
    private RespServer() {}

    // region resp
    static Protocol protocol(Store store) {
        return Protocol.framed(new Requests(), new Answers(store)::answer);
    }

    static Handler handler(Store store) {
        return client -> {
            Requests requests = new Requests();
            Answers answers = new Answers(store);
            for (Request request; !client.ended() && (request = client.read(requests)) != null;) {
                answers.answer(request, client);
            }
        };
    }
    // endregion

    /// As a protocol: it is called with each request.
    public static Server startProtocol(String endpoint, Model model, Store store) throws IOException {
        return Server.at(endpoint).model(model).protocol(() -> protocol(store)).start();
    }

    /// As a handler: it reads, and waits where there is nothing to read. A client that asks for much and does not read holds
    /// up itself; the protocol ends it at the limit of bytes buffered per connection.
    public static Server startHandler(String endpoint, Model model, Store store) throws IOException {
        return Server.at(endpoint).model(model).handle(handler(store)).start();
    }

    /// `java … RespServer [MODEL [ENDPOINT [protocol|handler]]]`
    static void main(String[] args) throws Exception {
        Model model = args.length > 0 ? Model.named(args[0]) : Model.virtual();
        String endpoint = args.length > 1 ? args[1] : "tcp://127.0.0.1:6379";
        boolean handler = args.length > 2 && args[2].equals("handler");
        Store store = new Store();
        try (Server server = handler
                ? startHandler(endpoint, model, store)
                : startProtocol(endpoint, model, store)) {
            IO.println("RESP at " + server.endpoints() + " with " + model.id());
            server.await();
        }
    }
}
