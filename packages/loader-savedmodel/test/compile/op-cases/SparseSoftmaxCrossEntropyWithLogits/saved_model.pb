à
"serveñ
C
case0/in0_featuresPlaceholder*
shape
:*
dtype0
=
case0/in0_labelsPlaceholder*
shape:*
dtype0
Ž
)case0/SparseSoftmaxCrossEntropyWithLogits#SparseSoftmaxCrossEntropyWithLogitscase0/in0_featurescase0/in0_labels*
Tlabels0*
T0
U
case1/in1_featuresPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
F
case1/in1_labelsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
Ž
)case1/SparseSoftmaxCrossEntropyWithLogits#SparseSoftmaxCrossEntropyWithLogitscase1/in1_featurescase1/in1_labels*
Tlabels0	*
T0
L
case2/in2_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
F
case2/in2_labelsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
Ž
)case2/SparseSoftmaxCrossEntropyWithLogits#SparseSoftmaxCrossEntropyWithLogitscase2/in2_featurescase2/in2_labels*
Tlabels0	*
T0"ª*€
case0ö
.
features"
case0/in0_features:0
&
labels
case0/in0_labels:0=
out05
+case0/SparseSoftmaxCrossEntropyWithLogits:0A
out19
+case0/SparseSoftmaxCrossEntropyWithLogits:1tensorflow/serving/predict*¤
case2š
7
features+
case2/in2_features:0ÿÿÿÿÿÿÿÿÿ
/
labels%
case2/in2_labels:0	ÿÿÿÿÿÿÿÿÿF
out0>
+case2/SparseSoftmaxCrossEntropyWithLogits:0ÿÿÿÿÿÿÿÿÿJ
out1B
+case2/SparseSoftmaxCrossEntropyWithLogits:1ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¶
case1¬
@
features4
case1/in1_features:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
/
labels%
case1/in1_labels:0	ÿÿÿÿÿÿÿÿÿF
out0>
+case1/SparseSoftmaxCrossEntropyWithLogits:0ÿÿÿÿÿÿÿÿÿS
out1K
+case1/SparseSoftmaxCrossEntropyWithLogits:1ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict