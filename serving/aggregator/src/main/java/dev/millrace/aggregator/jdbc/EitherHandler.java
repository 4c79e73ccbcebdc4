package dev.millrace.aggregator.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.calcite.avatica.metrics.noop.NoopMetricsSystem;
import org.apache.calcite.avatica.remote.Handler.HandlerResponse;
import org.apache.calcite.avatica.remote.JsonHandler;
import org.apache.calcite.avatica.remote.ProtobufHandler;
import org.apache.calcite.avatica.remote.ProtobufTranslationImpl;
import org.apache.calcite.avatica.remote.Service;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.AbstractHandler;

/** Takes both of Avatica's serializations at one door: JSON starts with a brace, protobuf never does. */
final class EitherHandler extends AbstractHandler {
    /** Longest request: a batch of parameters; MySQL's default max_allowed_packet. */
    private static final int BODY_BYTES_MAX = 67_108_864;

    private final JsonHandler json;
    private final ProtobufHandler protobuf;

    EitherHandler(Service service) {
        json = new JsonHandler(service, NoopMetricsSystem.getInstance());
        protobuf = new ProtobufHandler(service, new ProtobufTranslationImpl(), NoopMetricsSystem.getInstance());
    }

    void setServerRpcMetadata(Service.RpcMetadataResponse metadata) {
        json.setRpcMetadata(metadata);
        protobuf.setRpcMetadata(metadata);
    }

    @Override
    public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        base.setHandled(true);
        if (!request.getMethod().equals("POST")) {
            refuse(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "Millrace speaks Avatica here: POST only");
            return;
        }
        // An Avatica client may put a short JSON request into a header.
        String header = request.getHeader("request");
        byte[] body = header != null
                ? header.getBytes(UTF_8)
                : request.getInputStream().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            refuse(
                    response,
                    HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE,
                    "a request of more than " + BODY_BYTES_MAX + " bytes");
        } else if (body.length > 0 && body[0] == '{') {
            HandlerResponse<String> answer = json.apply(new String(body, UTF_8));
            write(
                    response,
                    answer.getStatusCode(),
                    "application/json;charset=utf-8",
                    answer.getResponse().getBytes(UTF_8));
        } else {
            HandlerResponse<byte[]> answer = protobuf.apply(body);
            write(response, answer.getStatusCode(), "application/octet-stream", answer.getResponse());
        }
    }

    private static void refuse(HttpServletResponse response, int status, String why) throws IOException {
        write(response, status, "text/plain;charset=utf-8", (why + "\n").getBytes(UTF_8));
    }

    private static void write(HttpServletResponse response, int status, String type, byte[] bytes) throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
