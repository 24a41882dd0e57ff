®
"serve³
a
case0/in0_out_backpropPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
X
case0/BiasAddGradBiasAddGradcase0/in0_out_backprop*
T0*
data_formatNHWC
]
case1/in1_out_backpropPlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
X
case1/BiasAddGradBiasAddGradcase1/in1_out_backprop*
T0*
data_formatNHWC
\
case2/in2_out_backpropPlaceholder*(
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
X
case2/BiasAddGradBiasAddGradcase2/in2_out_backprop*
T0*
data_formatNHWC"ª*¨
case0ž
P
out_backprop@
case0/in0_out_backprop:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ.
out0&
case0/BiasAddGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¤
case1š
L
out_backprop<
case1/in1_out_backprop:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ.
out0&
case1/BiasAddGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*š
case2
K
out_backprop;
case2/in2_out_backprop:0ÿÿÿÿÿÿÿÿÿ%
out0
case2/BiasAddGrad:0tensorflow/serving/predict