package dev.polyserve.examples.resp;

import dev.polyserve.Handler;
import dev.polyserve.MessageHandler;
import dev.polyserve.Model;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;

/// An in-memory store with RESP, in every style.
///
/// Supported are `PING`, `ECHO`, `SET`, `GET`, `DEL`, `INCR`, `EXISTS`, `QUIT`, and the requests with which `redis-cli`
/// and `redis-benchmark` begin. A request is limited to 1 MiB and 1024 words, the store to 256 MiB. The replies to
/// pipelined requests go out in one write; `PING` and `GET` allocate nothing.
public final class RespServer {
    private RespServer() {}

    // region resp
    static Protocol protocol(RespStore store) {
        return Protocol.framed(new RespRequestCodec(), new RespRequestExecutor(store)::answer);
    }

    static MessageHandler<RespRequest> messages(RespStore store) {
        return new RespRequestExecutor(store)::answer;
    }

    static Handler handler(RespStore store) {
        return client -> {
            RespRequestCodec requests = new RespRequestCodec();
            RespRequestExecutor answers = new RespRequestExecutor(store);
            for (RespRequest request; !client.ended() && (request = client.read(requests)) != null;) {
                answers.answer(request, client);
            }
        };
    }
    // endregion

    /// Starts the server as a protocol, which is called with each request.
    public static Server startProtocol(String endpoint, Model model, RespStore store) throws IOException {
        return Server.at(endpoint).model(model).protocol(() -> protocol(store)).start();
    }

    /// Starts the server as a handler of messages, which is called with each request and may wait.
    public static Server startMessages(String endpoint, Model model, RespStore store) throws IOException {
        return Server.at(endpoint).model(model).messageHandler(RespRequestCodec.shared(), () -> messages(store))
                .start();
    }

    /// Starts the server as a handler, which reads and waits for input.
    ///
    /// When a client does not read its replies, the handler waits, while the protocol ends the connection at the limit
    /// of buffered bytes.
    public static Server startHandler(String endpoint, Model model, RespStore store) throws IOException {
        return Server.at(endpoint).model(model).handle(handler(store)).start();
    }

    /// `java … RespServer [MODEL [ENDPOINT [protocol|messages|handler]]]`
    static void main(String[] args) throws Exception {
        Model model = args.length > 0 ? Model.named(args[0]) : Model.virtual();
        String endpoint = args.length > 1 ? args[1] : "tcp://127.0.0.1:6379";
        String style = args.length > 2 ? args[2] : "protocol";
        RespStore store = new RespStore();
        try (Server server = switch (style) {
            case "handler" -> startHandler(endpoint, model, store);
            case "messages" -> startMessages(endpoint, model, store);
            default -> startProtocol(endpoint, model, store);
        }) {
            IO.println("RESP at " + server.endpoints() + " with " + model.id());
            server.await();
        }
    }
}
