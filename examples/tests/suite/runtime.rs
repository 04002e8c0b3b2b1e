//! The sample modules, run without a platform around them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bindle_core::Digest;
use bytes::Bytes;
use examples::routes::Route;
use examples::runtime::{Executor, Limits, LoadError, Program, RunError, Runtime, Surroundings};
use http_body_util::BodyExt as _;
use hyper::{Request, StatusCode};

const LIMITS: Limits = Limits {
    memory: 1 << 20,
    time: Duration::from_secs(2),
};

fn wagi() -> Executor {
    Executor::Wagi {
        argv: "${SCRIPT_NAME} ${ARGS}".to_owned(),
        entrypoint: "_start".to_owned(),
    }
}

fn load(content: &[u8], executor: &Executor) -> Result<Program, LoadError> {
    let runtime = Runtime::new(LIMITS).unwrap();
    runtime.load(Digest::of(content), content, executor)
}

fn sample(path: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("apps")
            .join(path),
    )
    .unwrap()
}

fn text(source: &str) -> Vec<u8> {
    wat::parse_str(source).unwrap()
}

fn surroundings(files: &[(&str, &str)]) -> Surroundings {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    Surroundings {
        files: Arc::new(folder),
        environment: BTreeMap::from([("REGION".to_owned(), "north".to_owned())]),
    }
}

async fn get(
    program: &Program,
    route: &str,
    path: &str,
    surroundings: &Surroundings,
) -> Result<(StatusCode, String), RunError> {
    let request = Request::get(path).header("host", "localhost:3000");
    let request = request.body(Bytes::from_static(b"the body")).unwrap();
    let route = Route::new("/", route);
    let client = "127.0.0.1:4711".parse().unwrap();
    let response = program
        .handle(request, &route, client, surroundings)
        .await?;
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Ok((status, String::from_utf8(body.to_vec()).unwrap()))
}

#[tokio::test]
async fn a_module_reads_its_files() {
    let program = load(&sample("hello-0.1.0/hello.wasm"), &wagi()).unwrap();
    let surroundings = surroundings(&[("greeting.txt", "Good morning")]);
    program.try_instantiate(&surroundings).await.unwrap();
    let answer = get(&program, "/hello", "/hello", &surroundings).await;
    assert_eq!(answer, Ok((StatusCode::OK, "Good morning".to_owned())));
}

#[tokio::test]
async fn a_module_can_not_leave_its_files() {
    let program = load(&sample("site/modules/static.wasm"), &wagi()).unwrap();
    let surroundings = surroundings(&[("index.html", "<p>"), ("a/style.css", "p {}")]);
    let page = |path: &'static str| get(&program, "/...", path, &surroundings);
    assert_eq!(page("/").await, Ok((StatusCode::OK, "<p>".to_owned())));
    assert_eq!(
        page("/a/style.css").await,
        Ok((StatusCode::OK, "p {}".to_owned()))
    );
    for path in ["/a", "/missing", "/../../../etc/passwd", "//etc/passwd"] {
        assert_eq!(
            page(path).await,
            Ok((StatusCode::NOT_FOUND, "No such file\n".to_owned())),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_module_sees_the_request() {
    let program = load(&sample("site/modules/echo.wasm"), &wagi()).unwrap();
    let surroundings = surroundings(&[]);
    let (status, body) = get(&program, "/api/...", "/api/x?a=1&b", &surroundings)
        .await
        .unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(body.starts_with("/api/x\na=1\nb\n\n"), "{body}");
    for line in ["REGION=north", "PATH_INFO=/x", "X_MATCHED_ROUTE=/api/..."] {
        assert!(body.lines().any(|l| l == line), "{line}: {body}");
    }
    assert!(body.ends_with("\n\nthe body"), "{body}");
}

#[tokio::test]
async fn a_component_answers() {
    let program = load(&sample("component/component.wasm"), &Executor::Spin).unwrap();
    let surroundings = surroundings(&[]);
    program.try_instantiate(&surroundings).await.unwrap();
    let answer = get(&program, "/...", "/any", &surroundings).await;
    assert_eq!(
        answer,
        Ok((StatusCode::OK, "Hello from a component!\n".to_owned()))
    );
}

#[tokio::test]
async fn traps_are_told() {
    let surroundings = surroundings(&[]);
    let trap = Err(RunError::Trap(
        "wasm `unreachable` instruction executed".to_owned(),
    ));
    let start = load(&sample("broken-start-section/start-section.wasm"), &wagi()).unwrap();
    assert_eq!(start.try_instantiate(&surroundings).await, trap);
    let run = load(&sample("broken-trap/trap.wasm"), &wagi()).unwrap();
    assert_eq!(run.try_instantiate(&surroundings).await, Ok(()));
    let answer = get(&run, "/", "/", &surroundings).await;
    assert_eq!(answer.map(drop), trap);
}

#[tokio::test]
async fn time_and_memory_are_limited() {
    let surroundings = surroundings(&[]);
    let endless = text(r#"(module (func (export "_start") (loop $again (br $again))))"#);
    let runtime = Runtime::new(Limits {
        time: Duration::from_millis(50),
        ..LIMITS
    });
    let endless = runtime
        .unwrap()
        .load(Digest::of(&endless), &endless, &wagi())
        .unwrap();
    assert_eq!(
        get(&endless, "/", "/", &surroundings).await,
        Err(RunError::Time(Duration::from_millis(50)))
    );
    // A mebibyte is sixteen pages.
    let large = text(r#"(module (memory 17) (func (export "_start")))"#);
    let large = load(&large, &wagi()).unwrap();
    let error = large.try_instantiate(&surroundings).await.unwrap_err();
    assert!(
        error.to_string().contains("exceeds memory limits"),
        "{error}"
    );
}

#[tokio::test]
async fn memories_and_tables_are_limited_together() {
    let surroundings = surroundings(&[]);
    let instantiate = async |content: &str| {
        let module = format!(r#"(module {content} (func (export "_start")))"#);
        let program = load(&text(&module), &wagi()).unwrap();
        program.try_instantiate(&surroundings).await
    };
    // Sixteen pages are allowed, of which 8192 elements of a table take one.
    let fits = [
        "(memory 16)",
        "(memory 8) (memory 8)",
        "(memory 15) (table 8192 funcref)",
    ];
    for content in fits {
        assert_eq!(instantiate(content).await, Ok(()), "{content}");
    }
    for content in ["(memory 8) (memory 9)", "(memory 15) (table 8193 funcref)"] {
        let error = instantiate(content).await.unwrap_err().to_string();
        assert!(error.contains("limit"), "{content}: {error}");
    }
    // What a memory may not have by itself is not taken from the others.
    let grow = |memory: usize, pages: i32, old: i32| {
        format!(
            "(if (i32.ne (memory.grow {memory} (i32.const {pages})) (i32.const {old})) \
             (then unreachable))"
        )
    };
    let steps = [
        grow(0, 8, -1),
        grow(1, 15, -1),
        grow(1, 14, 1),
        grow(1, 1, -1),
    ];
    let program = text(&format!(
        r#"(module (memory 1 2) (memory 1) (func $grow {}) (start $grow)
           (func (export "_start")))"#,
        steps.concat()
    ));
    let program = load(&program, &wagi()).unwrap();
    assert_eq!(program.try_instantiate(&surroundings).await, Ok(()));
}

#[tokio::test]
async fn an_exit_code_of_zero_is_a_success() {
    let exit = |code: u32| {
        text(&format!(
            r#"(module
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (import "wasi_snapshot_preview1" "fd_write"
                (func $write (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (data (i32.const 0) "\08\00\00\00\0d\00\00\00Status: 204\n\n")
              (func (export "_start")
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))
                (call $exit (i32.const {code}))))"#
        ))
    };
    let surroundings = surroundings(&[]);
    let success = load(&exit(0), &wagi()).unwrap();
    let answer = get(&success, "/", "/", &surroundings).await;
    assert_eq!(answer, Ok((StatusCode::NO_CONTENT, String::new())));
    let failure = load(&exit(3), &wagi()).unwrap();
    let answer = get(&failure, "/", "/", &surroundings).await;
    assert_eq!(answer, Err(RunError::Exit(3)));
}

#[test]
fn what_can_not_run_is_refused_with_the_reason() {
    let refused =
        |content: &[u8], executor: &Executor| load(content, executor).err().unwrap().to_string();
    let runnable = "this example runs WASI modules with `executor = { type = \"wagi\" }` and \
                    components that export `wasi:http/incoming-handler`";
    let spin = text(r#"(module (func (export "handle-http-request")))"#);
    assert_eq!(
        refused(&spin, &Executor::Spin),
        format!(
            "is a module for Spin's first HTTP interface, since it exports \
             `handle-http-request`; {runnable}"
        )
    );
    assert_eq!(
        refused(&text("(module)"), &Executor::Spin),
        format!("is a module, and its executor is not `wagi`; {runnable}")
    );
    assert_eq!(
        refused(&text("(component)"), &wagi()),
        "is a component, but its executor is `wagi`, which runs WASI modules; \
         remove the `executor` line"
    );
    let no_handler = refused(&text("(component)"), &Executor::Spin);
    assert!(
        no_handler.starts_with("does not export `wasi:http/incoming-handler`: "),
        "{no_handler}"
    );
    assert_eq!(
        refused(&text("(module)"), &wagi()),
        "exports no function \"_start\" without parameters and results to start it by"
    );
    assert_eq!(
        refused(&sample("broken-import/import.wasm"), &wagi()),
        "does not link: unknown import: `weather::forecast` has not been defined"
    );
    let malformed = refused(b"\0asm\x01\0\0\0\xff", &wagi());
    assert!(malformed.starts_with("does not compile: "), "{malformed}");
}
