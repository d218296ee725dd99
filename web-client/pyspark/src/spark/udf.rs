//! `spark.udf`: functions that are Java classes on the server.

use spark_connect_client::udf::UdfRegistration;

use super::{convert::required, error::raised, types, wrapped::wrapped};
use crate::{class::Class, value::Value, vm::native::Native};

pub(super) static UDF: Class = Class {
    methods: METHODS,
    ..Class::named("UDFRegistration", "pyspark.sql.connect.udf")
};

wrapped!(PyUdf(UdfRegistration), UDF);

static METHODS: &[Native] = &[
    Native::action("registerJavaFunction", |_, args| {
        Box::pin(async move {
            let names = ["self", "name", "javaClassName", "returnType"];
            let [this, name, class, returns] = args.bind("registerJavaFunction", names, 3)?;
            let returns = super::convert::given(returns)
                .map(|returns| types::data_type(Some(&returns)))
                .transpose()?;
            let command = PyUdf::this(this.as_ref())?.register_java_function(
                required(name, "name")?,
                required(class, "javaClassName")?,
                returns,
            );
            command.await.map_err(raised)?;
            Ok(Value::None)
        })
    }),
    Native::action("registerJavaUDAF", |_, args| {
        Box::pin(async move {
            let names = ["self", "name", "javaClassName"];
            let [this, name, class] = args.bind("registerJavaUDAF", names, 3)?;
            let (name, class) = (required(name, "name")?, required(class, "javaClassName")?);
            let command = PyUdf::this(this.as_ref())?.register_java_udaf(name, class);
            command.await.map_err(raised)?;
            Ok(Value::None)
        })
    }),
];
